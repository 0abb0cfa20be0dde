/**
 * Rules about waivers. They are the gate's own bookkeeping, so they cannot be waived: a waiver nobody needs, or one that a
 * change brought along for itself, must be seen by whoever keeps the file.
 */

import type { Rule } from './rule.ts';

const written = (fingerprint: string, expires: string): string =>
  `{ "fingerprint": "${fingerprint}", "reason": "only the test driver fills it", "expires": "${expires}" }`;

export const waiverRules = {
  'waiver-expired': {
    title: 'A waiver for this change has expired',
    object: 'waiver',
    aspect: 'date',
    direction: 'other',
    contracts: [],
    verdict: 'review',
    explanation:
      'Somebody accepted the finding up to a day that is past. The finding stands again, and so does this reminder until the waiver is renewed or removed.',
    lookAt: 'Whether the reason of the waiver still holds.',
    wayOut: 'Renew it with a new date (uabi waive), or remove it and mend the change.',
    example: { old: written('5c1a09d2e7b4', '2024-01-31'), new: '/* the finding 5c1a09d2e7b4, after that day */' },
    noMirror: 'a waiver that has not expired is nothing to tell',
  },
  'waiver-unused': {
    title: 'A waiver waives nothing',
    object: 'waiver',
    aspect: 'use',
    direction: 'less',
    contracts: [],
    verdict: 'review',
    explanation:
      'What the waiver speaks of was compared, and no finding has its fingerprint. A waiver that stays behind would accept the same change if it came back.',
    lookAt: 'Whether the change it was written for is done, or was dropped.',
    wayOut: 'Remove the waiver from the file; the commit that removes it is not asked again.',
    example: { old: written('5c1a09d2e7b4', '2031-01-31'), new: '/* no finding 5c1a09d2e7b4 */' },
    noMirror: 'a waiver that is used shows with its finding',
  },
  'waiver-mismatched': {
    title: 'A waiver fits the name, but not the change',
    object: 'waiver',
    aspect: 'meaning',
    direction: 'other',
    contracts: [],
    verdict: 'review',
    explanation:
      'The waiver names this rule and subject with another fingerprint, or this fingerprint with another rule or subject. Something else was accepted than what is there now, so it is not applied.',
    lookAt: 'What changed since the waiver was written.',
    wayOut: 'Judge the change again, and write a waiver for it or remove this one.',
    example: { old: written('5c1a09d2e7b4', '2031-01-31'), new: '/* the same rule and subject as 90fe13ab7c02 */' },
    noMirror: 'a waiver that fits shows with its finding',
  },
  'waiver-in-the-change': {
    title: 'The change brings its own waiver',
    object: 'waiver',
    aspect: 'origin',
    direction: 'more',
    contracts: [],
    verdict: 'review',
    explanation:
      'Waivers count as they stand on the old side, so that no change can waive itself. This one was added, or altered, by the change under test; it is ignored.',
    lookAt: 'Whether the waiver should be accepted for itself.',
    wayOut: 'Land the waiver first, in a change of its own.',
    example: { old: '', new: written('5c1a09d2e7b4', '2031-01-31') },
    noMirror: 'a waiver that the change removes is gone after it, and nothing is left to tell',
  },
} as const satisfies Readonly<Record<string, Rule>>;
