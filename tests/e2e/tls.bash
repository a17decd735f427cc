# tls.bash: an authority of a test's own and certificates of servers under it, in the folder $tls; sourced by tests of what is fetched.

# tls_authority: ca.key and ca.pem.
tls_authority()
{
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$tls/ca.key" -out "$tls/ca.pem" -subj "/CN=Test CA" -days 2 2>/dev/null
}

# tls_certificate NAME SAN: NAME.key and NAME.pem, of a server that has this name.
tls_certificate()
{
	openssl req -newkey rsa:2048 -nodes -keyout "$tls/$1.key" -subj "/CN=$1" -out "$tls/$1.csr" 2>/dev/null &&
		printf 'subjectAltName=%s\n' "$2" >"$tls/$1.ext" &&
		openssl x509 -req -in "$tls/$1.csr" -CA "$tls/ca.pem" -CAkey "$tls/ca.key" -CAcreateserial -days 2 \
			-extfile "$tls/$1.ext" -out "$tls/$1.pem" 2>/dev/null
}
