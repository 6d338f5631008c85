package web

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	browserlog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"lma_collector/collector/health"
	"lma_collector/collector/message"
	"lma_collector/collector/pipeline"
	"lma_collector/tests/servers"
)

// browse starts a browser that records what it asks for and what goes wrong in it.
func browse(t *testing.T) (ctx context.Context, seen *traffic) {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(servers.Chromium(t)), chromedp.NoSandbox,
		chromedp.DisableGPU, chromedp.Flag("disable-background-networking", true), chromedp.UserDataDir(t.TempDir()),
		chromedp.WindowSize(1500, 1100))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	browser, cancelBrowser := chromedp.NewContext(ctx)
	t.Cleanup(func() {
		if err := chromedp.Cancel(browser); err != nil {
			t.Logf("the browser did not end well: %v", err)
		}
		cancelBrowser()
	})
	if err := chromedp.Do(browser); err != nil {
		t.Fatal("the browser does not start: ", err)
	}
	ctx, cancel = context.WithTimeout(browser, 90*time.Second)
	t.Cleanup(cancel)
	seen = &traffic{}
	if err := chromedp.Listen(ctx, seen.note); err != nil {
		t.Fatal(err)
	}
	return ctx, seen
}

// traffic is what a page asked for, and what it complained of.
type traffic struct {
	mu       sync.Mutex
	urls     []string
	troubles []string
}

func (s *traffic) note(event any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		s.urls = append(s.urls, e.Request.URL)
	case *runtime.EventExceptionThrown:
		s.troubles = append(s.troubles, e.ExceptionDetails.Text)
	case *browserlog.EventEntryAdded: // among others, what the content security policy forbade
		if e.Entry.Level == browserlog.EntryLevelError {
			s.troubles = append(s.troubles, e.Entry.Text)
		}
	}
}

// documents counts how often the page itself was loaded.
func (s *traffic) documents(page string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range s.urls {
		if u == page {
			n++
		}
	}
	return n
}

// check fails the test for anything that came from elsewhere, or went wrong.
func (s *traffic) check(t *testing.T, origin string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.urls) == 0 {
		t.Error("no request was seen at all")
	}
	for _, u := range s.urls {
		if p, err := url.Parse(u); err != nil || p.Scheme+"://"+p.Host != origin {
			t.Errorf("the page asked for %s, which is not on %s", u, origin)
		}
	}
	for _, e := range s.troubles {
		t.Errorf("trouble in the page: %s", e)
	}
}

// serving runs a server on a free port until the test ends, and gives its address with the token.
func serving(t *testing.T, o Options) (s *Server, page string) {
	t.Helper()
	ready := make(chan string, 1)
	o.Address, o.Ready = "127.0.0.1:0", func(u string) { ready <- u }
	if o.TokenFile == "" {
		o.TokenFile = filepath.Join(t.TempDir(), "status_token")
	}
	o.Log = slog.New(slog.DiscardHandler)
	s = New(o)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	select {
	case page = <-ready:
	case <-time.After(10 * time.Second):
		t.Fatal("the server does not listen")
	}
	return s, page
}

const hostile = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script> </pre></td>`

// statusMessage is what the global GSE filter reports.
func statusMessage(t *testing.T, cluster string, status health.Status, payload string) *message.Message {
	t.Helper()
	b := message.NewBatch()
	t.Cleanup(b.Release)
	d := &message.Draft{Type: "heka.sandbox.gse_cluster_metric", Payload: payload}
	d.AddString("cluster_name", cluster)
	d.AddInt("value", "", int64(status))
	b.Append(d)
	return b.At(0)
}

// holds waits until an expression is true in the page.
func holds(expression string) chromedp.Action[chromedp.Void] {
	wait := chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(20*time.Second))
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		if _, err := wait(ctx, target); err != nil {
			return fmt.Errorf("waiting for %s: %w", expression, err)
		}
		return nil
	})
}

func TestBrowserFollows(t *testing.T) {
	ctx, seen := browse(t)
	s, page := serving(t, Options{
		Hostname: "ctl1", Environment: "env-1", Version: "1.2.3", Health: health.NewTracker(nil),
		Report: func() pipeline.Report { return report(1000) },
	})
	origin := strings.TrimSuffix(s.URL(), "/")
	s.StatusSeen(statusMessage(t, "mysql", health.Okay, `{"alarms":[]}`))
	text := func(selector, part string) chromedp.Action[chromedp.Void] {
		return holds(`document.querySelector("` + selector + `")?.innerText.includes("` + part + `")`)
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(page), text("#tiles", "OKAY"), text("#live", "live")); err != nil {
		t.Fatal("the page does not come up: ", err)
	}
	s.StatusSeen(statusMessage(t, "mysql", health.Critical, `{"alarms":[{"severity":"CRITICAL","message":"The disk is full","function":"min",`+
		`"metric":"fs","operator":"<","threshold":5,"value":4,"tags":{"dependency_name":"mysql-nodes","dependency_level":"direct"},"hostname":"ctl1"}]}`))
	s.LogSeen(logMessage(t, 3, "nova-api", hostile))
	if err := chromedp.Do(ctx, text("#tiles", "CRITICAL"), text("#reasons", "The disk is full"), text("#logs", "onerror")); err != nil {
		t.Fatal("the page does not follow: ", err)
	}
	if title, err := chromedp.Run(ctx, chromedp.Title()); err != nil || title != "CRITICAL · env-1 · LMA collector" {
		t.Errorf("title %q, %v", title, err)
	}
	s.LogSeen(logMessage(t, 6, "cinder-volume", "all is well"))
	if err := chromedp.Do(ctx, text("#logs", "all is well"), chromedp.SendKeys(chromedp.CSS(`input[name="program"]`), "NOVA"),
		holds(`!document.querySelector("#logs").innerText.includes("all is well")`), text("#logs", "onerror")); err != nil {
		t.Fatal("the filter of logs has no effect: ", err)
	}
	if n := seen.documents(origin + "/"); n != 1 {
		t.Errorf("the page was loaded %d times: it must follow without", n)
	}
	seen.check(t, origin)
}

// TestScreenshots draws the page in its forms; SCREENSHOT_DIR keeps the pictures.
func TestScreenshots(t *testing.T) {
	dir := os.Getenv("SCREENSHOT_DIR")
	if dir == "" {
		dir = t.TempDir()
	}
	ctx, _ := browse(t)
	s := fixed(t)
	s.openToken()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	serveCtx, stop := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- s.serve(serveCtx, l) }()
	defer func() { stop(); <-done }()
	base := "http://" + l.Addr().String()
	shoot := func(name, path, scheme string) {
		media := chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
			})
			return err
		})
		if err := chromedp.Do(ctx, media, chromedp.Navigate(base+path), holds(`document.querySelector("#live")?.innerText != "" || location.pathname != "/"`)); err != nil {
			t.Fatal(err)
		}
		png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), png, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	shoot("light.png", "/?token="+s.token.get(), "light")
	shoot("dark.png", "/", "dark")
	shoot("plugin.png", "/plugins/elasticsearch_output", "light")
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(420, 900)); err != nil {
		t.Fatal(err)
	}
	shoot("narrow.png", "/", "dark")
}
