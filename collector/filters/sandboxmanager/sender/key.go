package sender

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

const pemType = "PRIVATE KEY" // PKCS #8, as openssl writes it

// NewKey makes an Ed25519 key and writes it to a new file that only its owner can read. It gives the public
// key as a HekaFramingSplitter takes it.
func NewKey(path string) (public string, err error) {
	pub, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return "", err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("%s exists: a key is never overwritten; give another name, or remove it first", path)
	}
	if err != nil {
		return "", err
	}
	err = pem.Encode(f, &pem.Block{Type: pemType, Bytes: der})
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(path))
	}
	return base64.StdEncoding.EncodeToString(pub), nil
}

// ReadKey reads a private key, which nobody else may be able to read.
func ReadKey(path string) (ed25519.PrivateKey, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("private key: %w", err)
	}
	const others, most = 0o077, 1 << 16
	switch {
	case !info.Mode().IsRegular() || info.Size() > most:
		return nil, fmt.Errorf("private key: %s is not a small regular file", path)
	case info.Mode().Perm()&others != 0:
		return nil, fmt.Errorf("private key: others can read %s (mode %04o): chmod 600 it, or make a new key if they may have", path, info.Mode().Perm())
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("private key: %w", err)
	}
	block, _ := pem.Decode(data)
	if block == nil || block.Type != pemType {
		return nil, fmt.Errorf("private key: %s has no PEM block %q: make one with `lma_collector sandbox keygen`", path, pemType)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("private key: %s: it cannot be parsed as PKCS #8", path)
	}
	private, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("private key: %s is not an Ed25519 key", path)
	}
	return private, nil
}
