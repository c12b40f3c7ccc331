/**
 * Shell function `certificates FILE`: the certificates of a PEM file and nothing else. Many keep the private key in the
 * same file, and that must not leave the host.
 */
export const certificateFunctions = `
certificates() {
  tr -d '\\r' <"$1" | sed -n '/^-----BEGIN [A-Z ]*CERTIFICATE-----/,/^-----END [A-Z ]*CERTIFICATE-----/p' | head -c 300000
}
`;
