package recording

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
)

// Read decodes inputs in order and hands each batch over, which is then the
// caller's. An error is the caller's own, or of an input that cannot be opened or
// read; what an input holds is never one.
//
// Requests are decoded ahead by one goroutine a core, and at most two a core at
// a time are held. All have ended when Read returns.
func Read(ctx context.Context, inputs []Input, each func(*Batch) error) (*Stats, error) {
	return read(ctx, inputs, maxMessage, each)
}

// read is Read with another limit of a message, in bytes.
func read(ctx context.Context, inputs []Input, limit int, each func(*Batch) error) (*Stats, error) {
	within, cancel := context.WithCancel(ctx)
	defer cancel()
	p := newPipeline(2*runtime.GOMAXPROCS(0), limit)
	var running sync.WaitGroup
	running.Go(func() { p.split(within, inputs) })
	for range runtime.GOMAXPROCS(0) {
		running.Go(p.decode)
	}
	err := p.consume(each)
	cancel()
	for range p.ordered { // what was on its way
	}
	running.Wait()
	if err == nil {
		err = ctx.Err()
	}
	return &p.stats, errors.Join(err, p.failed)
}

// job is one message on its way.
type job struct {
	message
	batch   Batch
	problem *problem
	done    chan struct{} // one element when batch or problem is there
}

// pipeline is a fixed number of jobs going round: free, split, decoded, consumed.
type pipeline struct {
	limit   int // of a message, in bytes
	free    chan *job
	work    chan *job
	ordered chan *job // as they are in the inputs

	stats  Stats // Inputs and Bytes are the splitter's, the rest the consumer's
	failed error // the splitter's, to be read when it has ended
}

func newPipeline(jobs, limit int) *pipeline {
	p := &pipeline{limit: limit, free: make(chan *job, jobs), work: make(chan *job, jobs), ordered: make(chan *job, jobs)}
	for range jobs {
		p.free <- &job{done: make(chan struct{}, 1)}
	}
	return p
}

// split reads all inputs. No send waits: there are as many jobs as places.
func (p *pipeline) split(ctx context.Context, inputs []Input) {
	defer close(p.ordered)
	defer close(p.work)
	for _, in := range inputs {
		if err := p.input(ctx, in); err != nil {
			p.failed = fmt.Errorf("%s: %w", in.Name, err)
			return
		}
		if ctx.Err() != nil {
			return
		}
		p.stats.Inputs++
	}
}

func (p *pipeline) input(ctx context.Context, in Input) error {
	stored, err := in.Open()
	if err != nil {
		return err
	}
	defer stored.Close()
	medium := &raw{r: stored}
	defer func() { p.stats.Bytes += medium.bytes }()
	unpacked, end, err := unpack(medium)
	if err != nil {
		p.problem(ctx, Place{Input: in.Name, Number: 1}, ending(err))
		return medium.err
	}
	defer end()
	messages := split(in.Name, unpacked, p.limit)
	for more := true; more; {
		more = p.next(ctx, messages)
	}
	return medium.err
}

// next sends one message on its way, and says whether there may be more.
func (p *pipeline) next(ctx context.Context, messages splitter) bool {
	j := p.get(ctx)
	if j == nil {
		return false
	}
	err := messages.next(&j.message)
	switch {
	case errors.Is(err, io.EOF):
		p.free <- j
		return false
	case err != nil:
		return p.fail(j, err)
	}
	p.ordered <- j
	p.work <- j
	return true
}

// problem reports what is wrong with an input as a whole.
func (p *pipeline) problem(ctx context.Context, at Place, err error) {
	if j := p.get(ctx); j != nil {
		j.at = at
		p.fail(j, err)
	}
}

// get waits for a free job; nil when nobody wants any more.
func (p *pipeline) get(ctx context.Context) *job {
	select {
	case <-ctx.Done():
		return nil
	case j := <-p.free:
		return j
	}
}

// fail passes on a message that cannot be used, and says whether there are more.
func (p *pipeline) fail(j *job, err error) bool {
	if !errors.As(err, &j.problem) {
		j.problem = &problem{Damaged, err}
	}
	more := j.problem.reason == TooLong
	j.done <- struct{}{}
	p.ordered <- j // the job is the consumer's now
	return more
}

func (p *pipeline) decode() {
	d := decoder{limit: p.limit}
	defer d.close()
	for j := range p.work {
		j.batch, j.problem = d.decode(&j.message)
		j.done <- struct{}{}
	}
}

// consume hands over what was decoded, in order, until the caller has had enough.
func (p *pipeline) consume(each func(*Batch) error) error {
	for j := range p.ordered {
		<-j.done
		if j.problem != nil {
			p.stats.reject(j.at, j.problem)
		} else {
			p.stats.take(&j.batch)
			if err := each(&j.batch); err != nil {
				return err
			}
		}
		j.batch, j.problem, j.data = Batch{}, nil, reuse(j.data)
		p.free <- j
	}
	return nil
}
