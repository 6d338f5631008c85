package pipeline

import "sync/atomic"

// inputStats count what an input's sources took in.
type inputStats struct {
	records        atomic.Int64
	bytes          atomic.Int64
	messages       atomic.Int64
	decodeFailures atomic.Int64
	skippedBytes   atomic.Int64 // no record: oversized, or between records
	refusedRecords atomic.Int64 // bad signature or frame
	sources        atomic.Int64 // open now
}

// consumerStats count what became of the messages that a filter's or output's matcher took.
type consumerStats struct {
	matched         atomic.Int64
	processed       atomic.Int64 // filters: taken; outputs: delivered
	failures        atomic.Int64 // filters: process errors; outputs: failed attempts
	injected        atomic.Int64
	injectRefused   atomic.Int64
	retried         atomic.Int64 // messages that were sent again
	refused         atomic.Int64 // dead-lettered
	encodeFailures  atomic.Int64 // dead-lettered as well
	left            atomic.Int64 // the encoder left them out
	droppedFull     atomic.Int64
	droppedInjected atomic.Int64
	replaced        atomic.Int64 // by a newer state of the same key
	blocked         atomic.Int64 // times that a source had to wait
	deliveries      atomic.Int64
	busy            atomic.Int64 // ns spent in the plugin
}
