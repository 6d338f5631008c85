package stdlib

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"

	"lma_collector/collector/sandbox/lua"
)

// openOS makes what the script may see of os.
func (l *Libraries) openOS(in *lua.Interp) *lua.Table {
	functions := map[string]lua.Function{"clock": osClock, "date": l.osDate, "difftime": osDifftime, "time": l.osTime}
	if l.options.Reach >= ReachFiles {
		for name, f := range map[string]lua.Function{
			"execute": l.files.osExecute, "getenv": osGetenv, "remove": osRemove, "rename": osRename, "tmpname": osTmpname,
		} {
			functions[name] = f
		}
	}
	if l.options.Reach == ReachAll {
		functions["exit"], functions["setlocale"] = l.osExit, osSetlocale
	}
	return library(in, functions)
}

// systemCall is what asking the system costs in instructions.
const systemCall = 20

// osClock gives the CPU time of the whole process, as C's clock does.
func osClock(c *lua.Call) {
	c.Spend(systemCall)
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		c.PushNumber(-1)
		return
	}
	c.PushNumber(float64((usage.Utime.Nano()+usage.Stime.Nano())/1000) / 1e6)
}

func osDifftime(c *lua.Call) {
	later, earlier := toInteger(lua.CheckNumber(c, 1, "difftime")), 0
	if c.Kind(2) > lua.KindNil {
		earlier = toInteger(lua.CheckNumber(c, 2, "difftime"))
	}
	c.PushNumber(float64(later) - float64(earlier))
}

// pushFailure pushes what a failed function of os or io gives: nil, the text, the error's number.
func pushFailure(c *lua.Call, name string, err error) {
	text, number := errorText(err)
	if name != "" {
		text = name + ": " + text
	}
	c.PushNil()
	c.PushText(text)
	c.PushNumber(float64(number))
}

// pushDone pushes true, or a failure.
func pushDone(c *lua.Call, name string, err error) {
	if err != nil {
		pushFailure(c, name, err)
		return
	}
	c.PushBool(true)
}

// errorText is an error of the system as C's strerror has it, with its number.
func errorText(err error) (text string, number int) {
	var e syscall.Errno
	switch {
	case errors.As(err, &e):
	case errors.Is(err, os.ErrClosed):
		e = syscall.EBADF
	default:
		return err.Error(), int(syscall.EIO)
	}
	text = e.Error()
	return strings.ToUpper(text[:1]) + text[1:], int(e)
}

// cString is an argument as C's functions take it: up to a zero byte.
func cString(c *lua.Call, i int, function string) string {
	text, _, _ := strings.Cut(lua.CheckText(c, i, function), "\x00")
	return text
}

func osGetenv(c *lua.Call) {
	if value, ok := os.LookupEnv(cString(c, 1, "getenv")); ok {
		c.PushText(value)
		return
	}
	c.PushNil()
}

func osRemove(c *lua.Call) {
	name := cString(c, 1, "remove")
	pushDone(c, name, os.Remove(name))
}

func osRename(c *lua.Call) {
	from, to := cString(c, 1, "rename"), cString(c, 2, "rename")
	pushDone(c, from, os.Rename(from, to))
}

func osTmpname(c *lua.Call) {
	f, err := os.CreateTemp("", "lua_")
	if err != nil {
		c.Raise("unable to generate a unique filename")
	}
	name := f.Name()
	f.Close()
	c.PushText(name)
}

// osExecute gives what C's system does: the status that wait has, 256 times the exit code. Without a
// command it tells whether there is a shell.
func (l *files) osExecute(c *lua.Call) {
	if c.Kind(1) <= lua.KindNil {
		_, err := os.Stat(shell)
		if err == nil {
			c.PushNumber(1)
		} else {
			c.PushNumber(0)
		}
		return
	}
	p := newProcess(cString(c, 1, "execute"), l.apart)
	p.soon = true
	if err := p.cmd.Start(); err != nil {
		c.PushNumber(-1)
		return
	}
	l.waits.add(p)
	p.wait()
	l.waits.remove(p)
	status, _ := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	c.PushNumber(float64(status))
}

// shell is what runs the commands of os.execute and io.popen.
const shell = "/bin/sh"

func (l *Libraries) osExit(c *lua.Call) {
	code := optInt(c, 1, "exit", 0)
	if err := l.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	exit := l.options.Exit
	if exit == nil {
		exit = os.Exit
	}
	exit(code)
}

// osSetlocale knows the locale that there is.
func osSetlocale(c *lua.Call) {
	locale := optText(c, 1, "setlocale", "C")
	checkOption(c, 2, "setlocale", "all", "all", "collate", "ctype", "monetary", "numeric", "time")
	switch locale {
	case "C", "POSIX", "":
		c.PushText("C")
	default:
		c.PushNil()
	}
}
