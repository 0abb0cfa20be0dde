/** The transcripts of real kernels that come with the repository, and what each was recorded on. */

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { parseTranscript, type Transcript } from '../../src/kernel/replay/transcript.ts';

const directory = fileURLToPath(new URL('../../fixtures/captures/kernel/', import.meta.url));

const patchOf = new Map([
  ['deb', ''],
  ['iabt', '+iabt'],
  ['esr', '+ext_abt_esr'],
  ['seav1', '+sea-v1'],
]);

export interface RecordedKernel {
  readonly name: string;
  readonly file: string;
  readonly kernel: string;
  readonly cpu: string;
}

/** Every transcript, with the `--kernel` and `--cpu` that describe where it comes from. */
export function recordedKernels(): readonly RecordedKernel[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.jsonl.gz'))
    .map((name) => {
      const match = /^([\d.]+)-(\w+?)-(max|cortex-a57)/.exec(name);
      const [, version = '', build = '', cpu = ''] = match ?? [];
      const patch = patchOf.get(build);
      if (patch === undefined) throw new Error(`${name} names no known build`);
      // The kernels built for the patches have no PMU.
      return { name, file: directory + name, kernel: version + patch, cpu: patch === '' ? cpu : `${cpu},-pmu` };
    });
}

export function readTranscript(recorded: RecordedKernel): Transcript {
  return parseTranscript(gunzipSync(readFileSync(recorded.file)).toString('utf8'), recorded.name);
}
