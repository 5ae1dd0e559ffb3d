/**
 * For tests of limits per address: each line has spellings and addresses of one client; different lines, different
 * clients.
 */
export const clientAddresses: readonly (readonly [string, ...string[]])[] = [
  ['198.51.100.1', '::ffff:198.51.100.1', '::FFFF:c633:6401', '0:0:0:0:0:ffff:198.51.100.1'],
  ['198.51.100.2', '::ffff:198.51.100.2'],
  ['::ffff:192.0.2.10', '192.0.2.10'],
  // Bytes that are special in text: newline, end of string.
  ['10.10.10.10', '::ffff:10.10.10.10'],
  ['10.0.0.0', '::ffff:a00:0'],
  ['2001:db8:0:1::', '2001:db8:0:1::1', '2001:DB8:0:1:ffff:ffff:ffff:ffff', '2001:0db8:0000:0001::0a0a'],
  ['2001:db8:0:2::1', '2001:db8::2:0:0:0:2', '2001:db8:0:2:a0a:a0a:a0a:a0a'],
  ['2001:db8:a0a:a0a::a0a', '2001:db8:a0a:a0a:1::'],
  ['fe80::1', 'fe80::2'],
  ['::2', '::5'],
];
