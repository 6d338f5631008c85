package logstreamer

import (
	"context"
	"runtime"
	"time"

	"lma_collector/collector/plugin"
)

const (
	maxOpen     = 64              // streams that keep their file and source while they are quiet
	retryAfter  = 5 * time.Second // for streams whose file cannot be opened
	stopWait    = time.Second     // for deliveries when the input stops
	tickRounds  = 2               // housekeepings between looks at directories
	farBytes    = 4 << 20         // delivered text after which a journal is written earlier than every second
	scanPart    = 50              // a scan may take one part in so many of the time
	forgetAfter = 10 * time.Minute
)

// schedule is what the scheduler knows of a stream.
type schedule struct {
	busy, queued, again bool      // a worker has it; it waits for one; something happened meanwhile
	asks                bool      // waits for a scan
	next                verdict   // of the last work
	active              time.Time // last work that found something to do
	watched             string    // path that the watcher tells of, "" while the file is polled
	list                []foundFile
	listed, once        bool // list is to be taken over; read to the end in a run that reads once
}

// scheduler gives streams to workers when there is something to do. Its goroutine owns all that is
// not marked otherwise; workers and scans send back what they are done with.
type scheduler struct {
	in      *Input
	host    plugin.InputHost
	streams map[string]*stream
	layout  *layout
	scanned time.Time // when the last scan began
	scans   chan *layout
	scan    bool // one runs
	rescan  bool // another is wanted

	ready   []*stream
	running int
	limit   int
	results chan result

	watcher             *watcher
	writing             bool // journals are being written
	written             chan error
	nextSave, saveBegan time.Time
	settled             chan struct{}
	round               int
	keptUp              map[string]bool // conditions of the last scan
	lastData            time.Time
}

type result struct {
	stream *stream
	verdict
	err error
}

func newScheduler(in *Input, host plugin.InputHost) *scheduler {
	return &scheduler{
		in: in, host: host, streams: map[string]*stream{}, scans: make(chan *layout, 1), limit: max(4, 2*runtime.GOMAXPROCS(0)),
		results: make(chan result), written: make(chan error, 1), settled: make(chan struct{}, 1), watcher: newWatcher(in.env.Log),
		lastData: time.Now(), keptUp: map[string]bool{},
	}
}

func (s *scheduler) close() {
	s.watcher.close()
	for _, st := range s.streams {
		st.close()
		if !s.in.env.Once {
			claims.release(st.journal, s.in.env.Name)
		}
	}
}

// run is the scheduler's loop.
func (s *scheduler) run(ctx context.Context) (err error) {
	work, stop := context.WithCancel(ctx)
	defer stop()
	s.startScan()
	timer := time.NewTimer(s.in.housekeep)
	defer timer.Stop()
	kept := time.Now()
	for err == nil {
		s.dispatch(work)
		if s.in.env.Once && s.done() {
			break
		}
		select {
		case <-ctx.Done():
			stop()
			s.drain()
			s.finish()
			return nil
		case l := <-s.scans:
			s.apply(l)
		case r := <-s.results:
			err = s.take(r)
		case path := <-s.watcher.events:
			s.noticed(path)
		case e := <-s.written:
			s.saved(e)
		case <-timer.C:
			s.poll()
			if time.Since(kept) >= s.in.housekeep {
				kept = time.Now()
				s.housekeeping()
			}
			timer.Reset(s.pace())
		}
	}
	stop()
	s.drain()
	s.finish()
	return err
}

// pace is the time to the next look: short while files are being written.
func (s *scheduler) pace() time.Duration {
	for _, st := range s.streams {
		if st.busy || st.watched == "" && st.cur != nil {
			return min(s.in.config.CheckDataInterval, s.in.housekeep)
		}
	}
	return s.in.housekeep
}

// wake gives a stream to the next worker that is free.
func (s *scheduler) wake(st *stream) {
	switch {
	case st.busy:
		st.again = true
	case !st.queued:
		st.queued = true
		s.ready = append(s.ready, st)
	}
}

func (s *scheduler) dispatch(ctx context.Context) {
	for s.running < s.limit && len(s.ready) > 0 {
		st := s.ready[0]
		s.ready[0] = nil
		s.ready = s.ready[1:]
		st.queued, st.busy, st.again = false, true, false
		if st.listed {
			st.files, st.list, st.listed = st.list, nil, false
		}
		s.running++
		go func() {
			v, err := st.work(ctx)
			s.results <- result{st, v, err}
		}()
	}
}

// take receives a stream back from its worker.
func (s *scheduler) take(r result) error {
	st := r.stream
	s.running--
	st.busy = false
	st.next = r.verdict
	if r.err != nil {
		return r.err
	}
	if st.grown.After(s.lastData) {
		s.lastData = st.grown
		s.in.env.Health.Clear("no data")
	}
	if st.grown.After(st.active) {
		st.active = st.grown
	}
	switch {
	case r.verdict == wantScan:
		st.asks = true
		s.wantScan()
	case r.verdict == more || st.again:
		s.wake(st)
	case s.in.env.Once:
		st.once = true
	}
	return nil
}

// drain waits for workers and scans that still run.
func (s *scheduler) drain() {
	for s.running > 0 {
		r := <-s.results
		r.stream.busy = false
		s.running--
	}
	if s.scan {
		<-s.scans
		s.scan = false
	}
	if s.writing {
		<-s.written
		s.writing = false
	}
}

// done tells whether a run that reads once has read everything.
func (s *scheduler) done() bool {
	if s.layout == nil || s.scan || s.running > 0 || len(s.ready) > 0 {
		return false
	}
	for _, st := range s.streams {
		if !st.once {
			return false
		}
	}
	return true
}

// poll looks at files that are being written.
func (s *scheduler) poll() {
	s.closeSome()
	far := false
	for _, st := range s.streams {
		far = far || st.marks.far(farBytes)
		switch {
		case st.busy || st.queued || st.asks || st.watched != "" || st.cur == nil:
		case st.next == waiting || st.changed(false):
			s.wake(st)
		}
	}
	if far {
		s.save(time.Now())
	}
}

// noticed is called when the watcher saw something happen to a quiet file.
func (s *scheduler) noticed(path string) {
	s.watcher.remove(path)
	for _, st := range s.streams {
		if st.watched == path {
			st.watched, st.active = "", time.Now()
			s.wake(st)
		}
	}
}
