-- A top level that takes all.
-- ends: not enough memory
t = {}
while true do t[#t + 1] = { #t } end
