package lpeg

// optimize follows jumps to their last target, makes calls before a return jumps, and puts what a jump
// leads to in its place where that is one instruction.
func (p *Program) optimize() {
	for i := range p.code {
		in := &p.code[i]
		switch in.op {
		case iTestByte, iTestSet, iTestAny, iChoice, iCommit, iPartial, iBack, iJump:
			in.to = p.target(in.to)
		case iCall:
			in.to = p.target(in.to)
			if p.code[p.target(int32(i+1))].op == iReturn {
				in.op = iJump
			}
		}
	}
	for _, table := range p.tables {
		for i, to := range table {
			table[i] = p.target(to)
		}
	}
	for i := range p.code {
		in := &p.code[i]
		if in.op != iJump {
			continue
		}
		switch to := p.code[p.target(in.to)]; to.op {
		case iReturn, iFail, iFailTwice, iEnd, iCommit, iPartial, iBack:
			*in = to
		default:
			in.to = p.target(in.to)
		}
	}
}

// target is where a jump to at ends. A loop of jumps alone ends anywhere in it.
func (p *Program) target(at int32) int32 {
	for range len(p.code) {
		if p.code[at].op != iJump {
			break
		}
		at = p.code[at].to
	}
	return at
}
