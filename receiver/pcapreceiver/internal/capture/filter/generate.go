package filter

import (
	"slices"

	"golang.org/x/net/bpf"
)

// node is a condition on a frame: all, some, negation, constant or *test.
type node interface{}

type (
	all      []node
	some     []node
	negation struct{ of node }
	constant bool
)

// test loads a number and compares it.
type test struct {
	load []bpf.Instruction
	op   bpf.JumpTest
	with uint32
}

// code is a program from its end on, so that where a jump goes to is known when it is
// written.
type code struct{ reversed []bpf.Instruction }

// place is how many instructions there are from one to the end, itself included.
type place int

func (c *code) emit(in bpf.Instruction) place {
	c.reversed = append(c.reversed, in)
	return c.here()
}

func (c *code) here() place { return place(len(c.reversed)) }

// skip is how far it is from the next instruction that is written to target.
func (c *code) skip(target place) int { return int(c.here() - target) }

// generate turns a condition into a program; nil takes all.
func generate(root node, keep uint32) []bpf.Instruction {
	var c code
	drop := c.emit(bpf.RetConstant{})
	take := c.emit(bpf.RetConstant{Val: keep})
	if root != nil {
		c.condition(root, take, drop)
	}
	slices.Reverse(c.reversed)
	return c.reversed
}

// condition writes, before what is there, code that goes on at yes or at no.
func (c *code) condition(n node, yes, no place) {
	switch n := n.(type) {
	case all:
		for i := len(n) - 1; i >= 0; i-- {
			c.condition(n[i], yes, no)
			yes = c.here()
		}
	case some:
		for i := len(n) - 1; i >= 0; i-- {
			c.condition(n[i], yes, no)
			no = c.here()
		}
	case negation:
		c.condition(n.of, no, yes)
	case constant:
		if !n {
			yes = no
		}
		c.emit(bpf.Jump{Skip: uint32(c.skip(yes))})
	case *test:
		c.test(n, yes, no)
	}
}

// test writes a conditional jump, which reaches 255 instructions, or unconditional ones
// for it to reach.
func (c *code) test(t *test, yes, no place) {
	const reach = 255
	if c.skip(yes) >= reach {
		yes = c.emit(bpf.Jump{Skip: uint32(c.skip(yes))})
	}
	if c.skip(no) > reach {
		no = c.emit(bpf.Jump{Skip: uint32(c.skip(no))})
	}
	c.emit(bpf.JumpIf{Cond: t.op, Val: t.with, SkipTrue: uint8(c.skip(yes)), SkipFalse: uint8(c.skip(no))})
	for i := len(t.load) - 1; i >= 0; i-- {
		c.emit(t.load[i])
	}
}
