#!/bin/bash
# token_tools: the virtual token is what other people's tools take for a card: yubico-piv-tool and OpenSC's piv-tool and pkcs11-tool
# generate, attest, sign and change codes on each personality, through a real pcscd. OpenSSL alone judges the results.
# shellcheck source=tests/e2e/world.sh
. "$(dirname "$0")/world.sh"

export PIV_EXT_AUTH_KEY=$WORLD/management_key
echo 01:02:03:04:05:06:07:08:01:02:03:04:05:06:07:08:01:02:03:04:05:06:07:08 >"$PIV_EXT_AUTH_KEY"

piv()
{
	timeout 60 yubico-piv-tool --reader="$reader" "$@"
}

openssl_key()
{
	openssl pkey -pubin -in "$1" -pubout -outform DER
}

# signed_by CERTIFICATE ISSUER: the signature alone, for chains whose shape OpenSSL's path builder does not take.
signed_by()
{
	local signature
	signature=$(openssl asn1parse -in "$1" | sed -n 's/^ *\([0-9]*\):d=1 .*BIT STRING.*/\1/p')
	openssl x509 -in "$2" -noout -pubkey >issuer.pub &&
		openssl asn1parse -in "$1" -noout -strparse 4 -out tbs &&
		openssl asn1parse -in "$1" -noout -strparse "$signature" -out signature &&
		openssl dgst -sha256 -verify issuer.pub -signature signature tbs
}

same_key()
{
	cmp <(openssl_key "$1") <(openssl x509 -in "$2" -noout -pubkey | openssl_key /dev/stdin)
}

# A certificate with the token's key in it, which only has to be there for PKCS#11 to show the key.
certificate_for()
{
	[ -f other.key ] || openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out other.key
	openssl x509 -new -subj "/CN=$1" -force_pubkey "$2" -key other.key -days 30 -out "$3"
}

generate()
{
	piv --action=generate --slot="$1" --algorithm="$2" --output="$3"
}

attest()
{
	piv --action=attest --slot="$1" --output="$2"
}

# The tool of Debian 12 knows 3DES only; so a token whose factory key is an AES one gets the same bytes as a 3DES key.
set_3des_key()
{
	timeout 60 piv-tool --reader "$reader" --admin "M:9B:$cipher" \
		--send-apdu "00:FF:FF:FF:1B:03:9B:18:$(cat "$PIV_EXT_AUTH_KEY")" && grep -q "SW1=0x90, SW2=0x00" "$WORLD/output"
}

# tool_signs SLOT ALGORITHM CERTIFICATE: the tool makes a signature and checks it with the certificate.
tool_signs()
{
	piv --action=verify-pin --pin="$pin" --action=test-signature --slot="$1" --algorithm="$2" --input="$3" &&
		grep -q "Successful" "$WORLD/output"
}

# pkcs11_signs ID MECHANISM PUBLIC [OPTION]...
pkcs11_signs()
{
	local id=$1 mechanism=$2 public=$3
	shift 3
	echo "signed through PKCS#11" >data
	timeout 60 pkcs11-tool --login --pin "$pin" --sign --id "$id" --mechanism "$mechanism" --input-file data \
		--output-file data.sig "$@" && openssl dgst -sha256 -verify "$public" -signature data.sig data
}

says()
{
	world_token_tell "$token" "$1"
}

# extension FILE OID: the bytes inside extnValue, as OpenSSL shows them.
extension()
{
	openssl asn1parse -in "$1" | sed -n "/OBJECT *:1.3.6.1.4.1.41482.3.$2\$/{n;s/.*HEX DUMP]://p;}"
}

# names_serial: extension 7 is an INTEGER: 02, its length, the number.
names_serial()
{
	local integer
	integer=$(extension leaf.pem 7)
	[[ $integer =~ ^020[1-5]([0-9A-F]+)$ ]] && [ $((16#${BASH_REMATCH[1]})) = "$(says serial)" ]
}

check_chain()
{
	expect "$token: attest $1" attest "$1" leaf.pem
	expect "$token: the attestation is signed by f9" signed_by leaf.pem f9.pem
	expect "$token: f9 is signed by the vendor" signed_by f9.pem "$world_vendor/$issuer.pem"
	expect "$token: it attests the key that was generated" same_key "$2" leaf.pem
	expect "$token: it names the firmware $firmware" test "$(extension leaf.pem 3)" = "$firmware"
	expect "$token: it names the token's serial number" names_serial
}

check_codes()
{
	refuse "$token: a wrong PIN is refused" piv --action=verify-pin --pin=999999
	expect "$token: change the PIN" piv --action=change-pin --pin=123456 --new-pin=654321
	refuse "$token: the old PIN is refused" piv --action=verify-pin --pin=123456
	expect "$token: the new PIN holds" piv --action=verify-pin --pin=654321
	expect "$token: change the PUK" piv --action=change-puk --pin=12345678 --new-pin=87654321
	expect "$token: the PUK gives the PIN back" piv --action=unblock-pin --pin=87654321 --new-pin=123456
	expect "$token: the PIN is the first one again" piv --action=verify-pin --pin=123456
}

check_management_key()
{
	local new=0102030405060708010203040506070801020304050607AE
	expect "$token: change the management key" piv --action=set-mgm-key --new-key=$new
	refuse "$token: the old management key is refused" piv --action=set-chuid
	expect "$token: the new management key holds" piv --key=$new --action=set-chuid
	expect "$token: change it back" piv --key=$new --action=set-mgm-key \
		--new-key=010203040506070801020304050607080102030405060708
}

check_imported()
{
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out imported.key
	openssl pkey -in imported.key -pubout -out imported.pub
	expect "$token: import a key" piv --action=import-key --slot=9d --algorithm=ECCP256 --input=imported.key
	refuse "$token: an imported key is not attested" attest 9d imported.pem
	openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out imported.key
	openssl pkey -in imported.key -pubout -out imported.pub
	certificate_for imported imported.pub imported.pem
	expect "$token: import an RSA key" piv --action=import-key --slot=9d --algorithm=RSA2048 --input=imported.key
	expect "$token: the imported RSA key signs" tool_signs 9d RSA2048 imported.pem
}

check_token()
{
	reader=$(world_token_reader "$token")
	if [ "$cipher" != 03 ]; then
		expect "$token: OpenSC proves the AES management key and sets a 3DES one" set_3des_key
	fi
	expect "$token: the version is told" grep -q "$version" <(piv --action=version)
	expect "$token: f9 can be read" piv --action=read-certificate --slot=f9 --output=f9.pem

	expect "$token: generate P-256 in 9a" generate 9a ECCP256 9a.pub
	check_chain 9a 9a.pub
	expect "$token: 9a signs" tool_signs 9a ECCP256 leaf.pem
	expect "$token: generate RSA-2048 in 9c" generate 9c RSA2048 9c.pub
	check_chain 9c 9c.pub
	expect "$token: 9c signs directly behind VERIFY" tool_signs 9c RSA2048 leaf.pem
	refuse "$token: an empty slot is not attested" attest 82 empty.pem

	certificate_for "$token-9a" 9a.pub 9a.pem
	certificate_for "$token-9c" 9c.pub 9c.pem
	expect "$token: store a certificate in 9a" piv --action=import-certificate --slot=9a --input=9a.pem
	expect "$token: store a certificate in 9c" piv --action=import-certificate --slot=9c --input=9c.pem
	expect "$token: OpenSC names the card" piv-tool --reader "$reader" --name
	expect "$token: PKCS#11 shows the certificate" grep -q "Certificate for PIV Authentication" \
		<(pkcs11-tool --list-objects --type cert)
	expect "$token: PKCS#11 signs with P-256" pkcs11_signs 01 ECDSA-SHA256 9a.pub --signature-format openssl
	expect "$token: PKCS#11 signs with RSA-2048" pkcs11_signs 02 SHA256-RSA-PKCS 9c.pub

	check_imported
	check_codes
	check_management_key
}

# The card comes back as it was: its state is on disk.
check_return()
{
	world_token_stop "$token"
	world_token "$token" "$version"
	expect "$token: after a new start it attests the same key" attest 9a again.pem
	expect "$token: with the same f9" signed_by again.pem f9.pem
	expect "$token: and still has the key" same_key 9a.pub again.pem
	expect "$token: pulled at the second APDU" test "$(says 'pull 2')" = ok
	refuse "$token: a tool fails over it" attest 9a pulled.pem
	expect "$token: pcscd misses it" world_wait 60 world_card_absent "$(cat "$WORLD/$token.reader")"
	expect "$token: put in again" test "$(says insert)" = ok
	expect "$token: pcscd sees it" world_wait 60 world_card_present "$(cat "$WORLD/$token.reader")"
	expect "$token: and it answers" attest 9a again.pem
	world_token_stop "$token"
}

pin=123456
# One reader for all, one after the other: OpenSC's PKCS#11 module shows no more than 16 slots, which two readers fill.
world_pcscd 1
while read -r token version firmware issuer cipher; do
	mkdir "$WORLD/$token.files"
	cd "$WORLD/$token.files" || exit 1
	echo 0 >"$WORLD/$token.reader"
	world_token "$token" "$version"
	check_token
	check_return
done <<-END
	yubikey-5.7 5.7.4 050704 long-issuing 0A
	yubikey-5.4 5.4.3 050403 short-root 03
	yubikey-4.3 4.3.5 040305 short-root 03
END
world_end
