/**
 * Requests of headers that do not include what makes them, as most do: <linux/ioctl.h> is there where they are used. Numbers as
 * asm-generic/ioctl.h puts them together: direction 2 bits, size 14, type 8, number 8.
 */

import { expect, test } from 'vitest';
import { abiOf, abisTogether } from '../support/header-source.ts';

const ioctl = `
#define _IOC(dir, type, nr, size) (((dir) << 30) | ((type) << 8) | ((nr) << 0) | ((size) << 16))
#define _IO(type, nr) _IOC(0U, (type), (nr), 0)
#define _IOW(type, nr, size) _IOC(1U, (type), (nr), (sizeof(size)))
#define FROM_IOCTL 1
`;
const user = 'struct s { int a[4]; };\n#define SET _IOW(0x6b, 3, struct s)\n#define COUNT 7\n';

test('are numbers, with the record they carry', () => {
  const { requests, constants, macros } = abiOf({ 'a.h': user, 'linux/ioctl.h': ioctl });
  expect(requests.get('SET')).toMatchObject({ number: 0x40106b03, argument: 'struct s', header: 'a.h' });
  expect(constants.get('COUNT')?.value).toBe(7n);
  expect(macros.has('SET')).toBe(false);
});

test('do not make what they need a part of the header', () => {
  const { includes, headers, constants } = abiOf({ 'a.h': user, 'linux/ioctl.h': ioctl });
  expect(includes?.get('a.h')).toBeUndefined();
  expect([...headers].sort()).toEqual(['a.h', 'linux/ioctl.h']);
  expect(constants.get('FROM_IOCTL')?.header).toBe('linux/ioctl.h');
});

test('are what the header says where it has macros of its own', () => {
  const own = `#define _IOC(a, b) ((a) + (b))\n#define _IOW(type, nr, size) _IOC(type, nr)\n${user}`;
  expect(abiOf({ 'a.h': own, 'linux/ioctl.h': ioctl }).requests.get('SET')?.number).toBe(0x6e);
});

test('are text where there is no such header', () => {
  expect(abiOf({ 'a.h': user }).macros.get('SET')?.body).toBe('_IOW(0x6b, 3, struct s)');
});

test('are those of each target', () => {
  const record = 'struct s { long a; };\n#define GET _IOW(1, 2, struct s)\n';
  const [wide, narrow] = abisTogether({ 'a.h': record, 'linux/ioctl.h': ioctl }, ['x86_64', 'i386'], undefined, [
    'a.h',
  ]);
  expect(wide?.requests.get('GET')?.number).toBe(0x40080102);
  expect(narrow?.requests.get('GET')?.number).toBe(0x40040102);
});
