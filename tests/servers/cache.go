package servers

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// What install.sh leaves in the cache folder. The versions are part of the
// names so that another version is built anew.
const (
	influxBinary     = "influxdb-1.8.3/influxd"
	opensearchMarker = "opensearch-2.19.1/complete"
	lpegTests        = "lpeg-1.0.2/test.lua"
)

// prepareTimeout bounds a build or a download, in the worst case on a slow
// machine with empty caches.
const prepareTimeout = 8 * time.Minute

//go:embed install.sh
var installScript string

// cacheDir is where built and fetched servers stay between runs.
func cacheDir() (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no folder to keep built servers in: %w", err)
	}
	return filepath.Join(base, "lma_collector", "servers"), nil
}

// cached gives the path of a file that install.sh made.
func cached(t testing.TB, file string) string {
	t.Helper()
	dir, err := cacheDir()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, file)
}

// LPegTests gives the path of LPeg's own tests.
func LPegTests(t testing.TB) string {
	t.Helper()
	Require(t, "lpeg")
	return cached(t, lpegTests)
}

// prepare lets install.sh build or fetch one server unless its file is there.
func prepare(t testing.TB, name, file string) error {
	t.Helper()
	dir, err := cacheDir()
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, file)); err == nil {
		return nil
	}
	t.Logf("preparing %s, once; this takes a minute or two", name)
	ctx, cancel := context.WithTimeout(context.Background(), prepareTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-s", "--", name)
	cmd.Stdin = bytes.NewBufferString(installScript)
	cmd.Env = append(os.Environ(), "LMA_SERVERS_CACHE="+dir)
	cmd.WaitDelay = 5 * time.Second
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s could not be prepared: %w\n%s", name, err, tail(out, 20))
	}
	if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
		return fmt.Errorf("%s was prepared but left no %s", name, file)
	}
	return nil
}
