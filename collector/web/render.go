package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"lma_collector/collector/health"
	"lma_collector/collector/logline"
)

//go:embed page
var files embed.FS

// edition tells one version of the page's files from another: a page that was loaded from an older
// one loads itself anew.
var edition = func() string {
	sum := sha256.New()
	entries, _ := fs.ReadDir(files, "page")
	for _, e := range entries {
		data, _ := fs.ReadFile(files, "page/"+e.Name())
		sum.Write(data)
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}()

// The parts of each page that are sent anew when they changed: the templates' names and the elements' ids.
var (
	overviewParts = []string{"summary", "tiles", "reasons", "checks", "plugins", "logs"}
	pluginParts   = []string{"numbers"}
)

func (s *Server) parsePages() *template.Template {
	funcs := template.FuncMap{
		"class": statusClass, "symbol": symbol, "rate": perSecond, "rule": rule, "words": words, "plural": plural,
		"count": count[int64], "total": count[uint64], "number": func(n int) string { return count(n) },
		"bytes":      func(v any) string { return bytesText(asFloat(v)) },
		"percent":    func(share float64) string { return number(float64(int(share*100+0.5))) + " %" },
		"severities": func() any { return severities },
		"severity":   severityClass, "first": firstLine, "rest": otherLines, "edition": func() string { return edition },
		"url": func(text string) bool {
			return strings.HasPrefix(text, "https://") || strings.HasPrefix(text, "http://")
		},
		"clean": clean, "segment": url.PathEscape, "amount": amount, "perSecond": amountPerSecond, "help": unitless,
		"quote": func(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" },
	}
	return template.Must(template.New("").Funcs(funcs).ParseFS(files, "page/*.html"))
}

func asFloat(v any) float64 {
	switch v := v.(type) {
	case int:
		return float64(v)
	case int64:
		return float64(v)
	case float64:
		return v
	}
	return 0
}

// severityClass is the class that colours a log line's severity.
func severityClass(n int) string {
	switch {
	case n <= int(logline.Error):
		return statusClass(health.Critical)
	case n == int(logline.Warning):
		return statusClass(health.Warning)
	}
	return "plain"
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

func otherLines(text string) string {
	_, lines, _ := strings.Cut(text, "\n")
	return lines
}

func (s *Server) render(w http.ResponseWriter, page string, v *view) {
	var b bytes.Buffer
	if err := s.pages.ExecuteTemplate(&b, page, v); err != nil {
		s.log.Error("the status page cannot be shown", "page", page, "error", err)
		http.Error(w, "the page cannot be shown; the collector's log says why", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Write(b.Bytes())
}

// serveAsset answers with a style sheet, script or picture; the browser keeps it until it changes.
func serveAsset(w http.ResponseWriter, r *http.Request) {
	name := path.Base(r.PathValue("name"))
	data, err := fs.ReadFile(files, "page/"+name)
	if err != nil || strings.HasSuffix(name, ".html") {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "no-cache") // asks again each time, by the tag
	h.Set("ETag", `"`+edition+`"`)
	h.Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(data))
}
