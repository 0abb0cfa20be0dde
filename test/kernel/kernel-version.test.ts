/** Versions that are simulated, and what is said about the others. */

import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/diagnostic.ts';
import { parseKernelVersion } from '../../src/kernel/kernel-version.ts';
import { SimulatedKernel } from '../../src/kernel/simulated-kernel.ts';

describe('a kernel version', () => {
  test.each(['4.19', '4.20', '5.5', '5.19.17', '6.1.192-deb', '6.19', '7.0', '7.3.4', '7.3+ext_abt_esr+iabt'])(
    '%s is simulated',
    (text) => {
      expect(String(parseKernelVersion(text))).toBe(text.replace(/^(\d+\.\d+)[^+]*/, '$1'));
    },
  );

  test.each([
    ['4.18', /before 4\.19/],
    ['5.99', /no kernel 5\.99: 5\.19 was the last/],
    ['6.20', /no kernel 6\.20: 6\.19 was the last/],
    ['7.4', /after 7\.3 .*not known/],
    ['9.9', /after 7\.3 .*not known/],
    ['6.12+nope', /no patch "nope"; known: iabt, /],
    ['6.12+__proto__', /no patch "__proto__"/],
    ['banana', /no kernel version/],
    ['', /no kernel version/],
  ])('%j is refused', (text, words) => {
    expect(() => parseKernelVersion(text)).toThrow(UserError);
    expect(() => parseKernelVersion(text)).toThrow(words);
  });

  test('patches given apart from the version are looked at as well', () => {
    const patches = ['nope'] as unknown as ['iabt'];
    expect(() => new SimulatedKernel({ version: '6.12', cpu: 'max', patches })).toThrow(/no patch "nope"/);
    expect(String(new SimulatedKernel({ version: '6.12', cpu: 'max', patches: ['iabt'] }).version)).toBe('6.12+iabt');
  });
});
