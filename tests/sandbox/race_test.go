//go:build race

package sandbox

// raceDetector tells that it slows the test.
const raceDetector = true
