package golden_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"testing"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/outputs/nagios"
	"lma_collector/collector/plugin"
	"lma_collector/tests/golden"
)

// commands is a cmd.cgi that takes every result and keeps the form.
type commands struct {
	*httptest.Server
	forms []url.Values
}

func serveCommands(t *testing.T) *commands {
	c := &commands{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil || r.Method != http.MethodPost {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		c.forms = append(c.forms, r.PostForm)
		fmt.Fprint(w, "<html><body>Your command request was successfully submitted to Nagios for processing.</body></html>")
	}))
	t.Cleanup(c.Close)
	return c
}

// submitter gives messages to a NagiosOutput and looks what comes to cmd.cgi.
type submitter struct {
	output plugin.Output
	cgi    *commands
}

// Form is the form of a message's result.
func (s *submitter) Form(m *message.Message) (url.Values, error) {
	items := []plugin.Item{{Message: m}}
	s.cgi.forms = nil
	if err := s.output.Deliver(context.Background(), items); err != nil {
		return nil, err
	}
	if err, refused := items[0].Refused(); refused {
		return nil, err
	}
	if len(s.cgi.forms) != 1 {
		return nil, fmt.Errorf("%d forms were submitted", len(s.cgi.forms))
	}
	return s.cgi.forms[0], nil
}

// nagiosOutput compares what arrives at cmd.cgi with the form that the original's encoder made.
func nagiosOutput(t *testing.T) golden.Runner {
	cgi := serveCommands(t)
	return golden.Form(func(c *golden.Case, env *plugin.Env) (golden.Former, error) {
		conf, err := config[*nagios.Config]("NagiosOutput")
		if err != nil {
			return nil, err
		}
		conf.URL, conf.RefreshInterval = cgi.URL+"/cgi-bin/cmd.cgi", 0
		conf.ResponseHeaderTimeout = time.Minute
		conf.NagiosHost, _ = c.Config["nagios_host"].(string)
		conf.NagiosServiceDescription, _ = c.Config["service_template"].(string)
		if size, ok := c.Config["truncate_size"].(float64); ok {
			conf.TruncateSize, _ = strconv.Atoi(strconv.FormatFloat(size, 'f', 0, 64))
		}
		env.TickerInterval, env.Tags = 10*time.Second, nil
		output, err := conf.NewOutput(env)
		if err != nil {
			return nil, err
		}
		t.Cleanup(func() { _ = output.(plugin.Closer).Close() })
		return &submitter{output, cgi}, nil
	})
}
