-- The messages of well-known programs, as they stand in syslog. The forms are explained in log_form.
--   get_prog_grammar(programname)   the grammar of a program's messages, nil for one that is not known
--   get_wildcard_grammar(name)      a grammar of what many programs write ("PAM"); without a name all of
--                                   them, in a table by name
-- Each grammar gives a table of the fields.

local l = require "lpeg"
local form = require "log_form"
local value = require "log_value"
l.locale(l)

local P, S, C, Cc = l.P, l.S, l.C, l.Cc

local pairs = pairs
local hex_pairs = l.xdigit * l.xdigit * (":" * l.xdigit * l.xdigit)^0
local class = l.upper * l.lower^0 * (l.upper + l.lower + l.digit + "_")^0
local resource = class * ("::" * class)^0
local resource_name = resource * "[" * (1 - P"]")^0 * "]"

local types = {
    N = value.number,
    integer = S"+-"^-1 * l.digit^1 / tonumber,
    decimal = value.decimal,
    digits = C(l.digit^1),
    A = value.v4,
    H = value.address,
    word = C((1 - l.space)^1),
    source = C((1 - P":")^1),
    via = C((1 - (l.space + P": "))^1),
    hw = C(hex_pairs + "<no identifier>"),
    yes = Cc(true),
    path = C(("/" * (resource_name + resource))^1),
    parameter = C((l.lower + l.digit + "_")^1),
    target = C(resource_name),
}

local client = "<dhcp_client_hw_addr:hw> [(<dhcp_client_hostname>) ]via <dhcp_source:source>[: <dhcp_message>]$"
local pool = "  total <dhcp_lease_count:integer>  free <dhcp_free_leases:integer>  backup <dhcp_backup_leases:integer>  lts <dhcp_lts:integer>  "
local query = "'<dns_name>/<dns_type>/<dns_class>': <dns_addr:H>#<dns_port:N>$"
local puppet = "(<puppet_resource_path:path>) "
local parameter = "(<puppet_resource_path:path>/<puppet_parameter:parameter>) "

local cron = { "(<cron_username>) <cron_event> (<cron_detail>)$" }

local programs = {
    CRON = cron,
    crontab = cron,
    dhclient = {
        "<dhcp_type=DHCPDISCOVER> on <dhcp_client_interface> to <dhcp_server_addr:A> port <dhcp_server_port:N> interval <dhcp_client_interval_seconds:N>$",
        "<dhcp_type=DHCPREQUEST|DHCPDECLINE|DHCPRELEASE> on <dhcp_client_interface> to <dhcp_server_addr:A> port <dhcp_server_port:N>$",
        "<dhcp_type=DHCPACK> from <dhcp_server_addr:A>$",
        "<dhcp_type=DHCPREQUEST|DHCPDECLINE|DHCPRELEASE> {for|of} <dhcp_client_addr:A> on <dhcp_client_interface> to <dhcp_server_addr:A> port <dhcp_server_port:N>[ (xid=<>)]$",
        "<dhcp_type=DHCPDISCOVER> on <dhcp_client_interface> to <dhcp_server_addr:A> port <dhcp_server_port:N> interval <dhcp_client_interval_seconds:N> (xid=<>)$",
        "<dhcp_type=DHCPOFFER|DHCPACK> of <dhcp_client_addr:A> from <dhcp_server_addr:A>[ (xid=<>)]$",
        "bound to <dhcp_client_addr:A> -- renewal in <dhcp_client_renewal_seconds:N> seconds.$",
    },
    dhcpd = {
        "<dhcp_type=BOOTREQUEST> from <dhcp_client_hw_addr:hw> via <dhcp_source:source>$",
        "<dhcp_type=BOOTREPLY> for <:A> to <dhcp_client_addr> (<dhcp_client_hw_addr:hw>) via <dhcp_source:source>$",
        "<dhcp_type=DHCPDISCOVER> from " .. client,
        "<dhcp_type=DHCPOFFER|DHCPACK|BOOTREPLY> on <dhcp_client_addr:A> to <dhcp_client_hw_addr:word> [(<dhcp_client_hostname>) ]"
            .. "via <dhcp_source:via>[ %[<dhcp_lease_time:N>%]][: <dhcp_message>]$",
        "<dhcp_type=DHCPACK> to <dhcp_client_addr:A> (<dhcp_client_hw_addr>) via <dhcp_source:via>[: <dhcp_message>][ %[<dhcp_lease_time:N>%]]$",
        "<dhcp_type=DHCPNAK> on <dhcp_client_addr:A> to <dhcp_client_hw_addr:hw> via <dhcp_source:source>$",
        "<dhcp_type=DHCPREQUEST> for <dhcp_client_addr:A>[ (<dhcp_server_addr>)] from " .. client,
        "<dhcp_type=DHCPINFORM> from <dhcp_client_addr:A> via <dhcp_source:source>[: <dhcp_message>]$",
        "<dhcp_pool_result=balancing> pool<dhcp_pool_id> <dhcp_network>" .. pool
            .. "max-own (+/-)<dhcp_hold:integer>[  (requesting peer rebalance!)]$",
        "<dhcp_pool_result=balanced|IMBALANCED> pool<dhcp_network>" .. pool .. "max-misbal <dhcp_thresh:integer>$",
        "bind update on <dhcp_client_addr:A> from <dhcp_failover_peer> <dhcp_bind_update_status=rejected>: <dhcp_message>",
        "bind update on <dhcp_client_addr:A> <dhcp_bind_update_status=got ack> from <dhcp_failover_peer>: <dhcp_message>",
    },
    login = {
        "FAILED LOGIN (<failcount:N>) on '<tty>'[ from '<from>'] FOR '<user>', <pam_error>",
        "ROOT LOGIN  on '<tty>'[ from '<from>']$",
    },
    groupadd = { "new group: name=<group_name>, GID=<gid:N>$" },
    groupdel = { "group '<group_name>' removed[ from <group_dbname>]" },
    useradd = {
        "new user: name=<user_name>, UID=<uid:N>, GID=<gid:N>, home=<user_home>, shell=<user_shell>[, from=<user_from>]",
        "add '<user_name>' to {group|shadow group} '<group_name>'$",
    },
    named = {
        "<dns_error=lame server> resolving '<dns_name>' (in '<dns_domain>'?): <dns_addr:H>#<dns_port:N>$",
        "error (<dns_error>) resolving " .. query,
        "<dns_error> resolving " .. query,
        "<dns_error=DNS format error> from <dns_addr:H>#<dns_port:N> resolving <dns_name>/<dns_type>"
            .. "[ for client <dns_client_addr:H>#<dns_client_port:N>]: <dns_message>",
        "<dns_error=skipping nameserver> '<dns_nameserver>' because it is a CNAME, while resolving '<dns_name>'$",
        "client <dns_client_addr:H>#<dns_client_port:N>[/key <dns_client_signer>][ (<dns_name>)][: view <dns_view>]: <dns_message>",
        "success resolving '<dns_name>/<dns_type>' (in '<dns_domain>'?) after <dns_message>",
        "zone <dns_domain>/<dns_class>/<dns_view>: <dns_message=sending notifies> (serial <dns_serial:N>)$",
        "clients-per-query decreased to <dns_clients_per_query:N>$",
    },
    ["puppet-agent"] = {
        parameter .. "current_value <puppet_current_value>, should be <puppet_should_value> (noop)<puppet_noop:yes>"
            .. "[ (previously recorded value was <puppet_historical_value>)]$",
        parameter .. "<puppet_ensure_parameter> changed '<puppet_old_value>' to '<puppet_new_value>'$",
        parameter .. "<puppet_change=executed successfully>$",
        puppet .. "{<puppet_msg=Would have triggered><puppet_noop:yes>|<puppet_msg=Triggered>} '<puppet_callback>' from <puppet_events_count:N> events$",
        puppet .. "Scheduling <puppet_callback> of <puppet_callback_target:target>$",
        puppet .. "Unscheduling <puppet_callback> on <puppet_callback_target:target>$",
        puppet .. "Filebucketed <puppet_file_path> to <puppet_bucket> with sum <puppet_file_sum>$",
        parameter,
        "<puppet_msg=Finished catalog run|Applied catalog> in <puppet_benchmark_seconds:decimal> seconds$",
        "Retrieving pluginfacts$", "Retrieving plugin$", "Loading facts$",
        "Caching catalog for ", "Applying configuration version '", "Computing checksum on file ",
        "Run of Puppet configuration client already in progress; skipping (",
    },
    sshd = {
        "<sshd_authmsg=Accepted|Failed|Partial|Postponed> <sshd_method>[/<sshd_submethod>] for [invalid user ]<remote_user>"
            .. " from <remote_addr:H> port <remote_port:N> {ssh2|ssh1}[: <sshd_info>]",
        "Received disconnect from <remote_addr:H>: [<disconnect_reason:N>: ]<disconnect_msg>",
        "reverse mapping checking getaddrinfo for <remote_host>[ ]%[<remote_addr:H>%] failed - POSSIBLE BREAK-IN ATTEMPT!$",
        "subsystem request for <sshd_subsystem> by user <remote_user:word>$",
        "Connection closed by <remote_addr:H> %[preauth%]$",
        "Invalid user <remote_user> from <remote_addr:H>$",
        "input_userauth_request: invalid user <remote_user> %[preauth%]$",
        "Exiting on signal <signal:digits>$",
        "Received signal <signal:digits>; terminating.$",
        "Server listening on <listen_address:word> port <listen_port:digits>.$",
        "Did not receive identification string from <remote_addr:H>$",
        "Received disconnect from <remote_addr:H> port <remote_port:N>:[<disconnect_reason:N>: ]<disconnect_msg>",
        "<sshd_authmsg=Connection closed|Connection reset|Disconnected> {by|from} [{authenticating|invalid} ][user <remote_user> ]<remote_addr:H> port <remote_port:N>[ %[preauth%]]$",
        "Invalid user <remote_user> from <remote_addr:H> port <remote_port:N>$",
        "Did not receive identification string from <remote_addr:H> port <remote_port:N>$",
        "<sshd_errorlevel=error|fatal>: <sshd_error>",
    },
    su = {
        "<su_status=Successful|FAILED> su for <su_name> by <su_oldname>",
        "pam_authenticate: <pam_error>",
        "(to <su_name>) <su_oldname> on <tty>$",
        "{+ |- }",
    },
    sudo = {
        "<sudo_message> : [TTY=<sudo_tty> ; ][PWD=<sudo_pwd> ; ][USER=<sudo_user> ; ][GROUP=<sudo_group> ; ]"
            .. "[TSID=<sudo_tsid> ; ][ENV=<sudo_env> ; ]COMMAND=<sudo_command>",
    },
    ["systemd-logind"] = {
        "New session {<session_id:N>|<session_id:word>} of user <user_id> with class '<session_class>' and type '<session_type>'.$<sd_message:start>",
        "New session {<session_id:N>|<session_id:word>} of user <user_id>.$<sd_message:start>",
        "Removed session {<session_id:N>|<session_id>}.$<sd_message:stop>",
    },
}
types.start, types.stop = Cc"SESSION_START", Cc"SESSION_STOP"

local pam = "<pam_module>(<pam_service>:<pam_type>): "
local wildcards = {
    PAM = {
        pam .. "<pam_action=session opened> for user <user_name>(uid=<user_uid:N>) by <login_name>(uid=<uid:N>)",
        pam .. "<pam_action=session opened> for user <user_name> by <login_name>(uid=<uid:N>)",
        pam .. "<pam_action=session closed> for user <user_name>",
        pam .. "<pam_action=authentication failure>; logname=<logname> uid=<uid:N> euid=<euid:N> tty=<tty> ruser=<ruser> rhost=<rhost> [ user=<user>]",
        pam .. "check pass; user [(<user_name>) ]unknown",
    },
}

-- Grammars are made when they are first asked for.
local made = {}

local function grammar(forms)
    if not forms then return nil end
    if not made[forms] then made[forms] = form.compile(forms, types) end
    return made[forms]
end

local M = {}

function M.get_prog_grammar(programname) return grammar(programs[programname]) end

function M.get_wildcard_grammar(name)
    if name then return grammar(wildcards[name]) end
    local all = {}
    for key, forms in pairs(wildcards) do all[key] = grammar(forms) end
    return all
end

return M
