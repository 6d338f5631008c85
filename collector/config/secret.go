package config

import (
	"regexp"
	"strings"
)

// secretWords are the words, and pairs of words, that make an option's value a secret.
var (
	secretWords = map[string]bool{
		"password": true, "passwd": true, "passphrase": true, "pass": true, "secret": true, "token": true,
		"apikey": true, "authorization": true, "credential": true, "credentials": true, "cookie": true,
	}
	secretKeys = map[string]bool{
		"api": true, "hmac": true, "ticket": true, "access": true, "private": true, "secret": true, "signing": true,
	}
	notSecretLast = map[string]bool{
		"file": true, "path": true, "dir": true, "directory": true, "env": true, "name": true, "url": true, "ttl": true,
	}
)

// Secret tells whether an option of that name holds a secret (password, api_key, hmac_key, token,
// Authorization …), so that its value must never be shown. Names of files that hold one
// (key_file, token_path) are not secret.
func Secret(option string) bool {
	words := strings.FieldsFunc(strings.ToLower(option), func(c rune) bool {
		return c < '0' || c > '9' && c < 'a' || c > 'z'
	})
	if len(words) == 0 || notSecretLast[words[len(words)-1]] {
		return false
	}
	for i, w := range words {
		if secretWords[w] || w == "key" && i > 0 && secretKeys[words[i-1]] {
			return true
		}
	}
	return false
}

var (
	urlPassword = regexp.MustCompile(`(://[^\s/?#'":@]*:)([^\s/?#'"]*)@`)
	userInfo    = regexp.MustCompile(`://[^\s/"']*:[^\s/"'0-9]`)
	secretLine  = regexp.MustCompile(`(?i)passw|passphrase|secret|token(?:[^a-z]|$)|api[_-]?key|hmac|ticket_key|private_key|access_key|authorization|credential|cookie`)
)

// RedactURLs replaces the password of each URL in a text.
func RedactURLs(text string) string {
	if !strings.Contains(text, "://") {
		return text
	}
	return urlPassword.ReplaceAllString(text, "${1}[hidden]@")
}

// holdsPassword tells whether a text has a URL with a password.
func holdsPassword(text string) bool {
	return strings.Contains(text, "://") && urlPassword.MatchString(text)
}

// looksSecret errs on the safe side, for lines that could not be parsed: a slip may split a word.
func looksSecret(line string) bool {
	letters := strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			return c
		}
		return -1
	}, line)
	url := strings.Contains(line, "@") && strings.Contains(line, ":") && strings.Contains(line, "/")
	return url || userInfo.MatchString(line) || secretLine.MatchString(line) || secretLine.MatchString(letters) || nearlySecret(line)
}

// nearlySecret is Secret, and also true for names that are so but for a slip: the value of
// pasword = "…" must not be shown when the option is reported as unknown.
func nearlySecret(option string) bool {
	if Secret(option) {
		return true
	}
	words := strings.FieldsFunc(strings.ToLower(option), func(c rune) bool { return c < 'a' || c > 'z' })
	for _, w := range words {
		for secret := range secretWords {
			most := len(secret) / 4
			if far := len(w) - len(secret); most == 0 || far > most || -far > most {
				continue // a distance is at least the difference of the lengths
			}
			if len(secret) >= 5 && distance(w, secret) <= most {
				return true
			}
		}
	}
	return false
}
