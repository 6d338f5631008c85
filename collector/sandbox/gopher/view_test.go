package gopher

import "lma_collector/collector/message"

func viewOf(b []byte) string { return message.View(b) }
