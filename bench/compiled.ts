/**
 * uabi's generated modules as they are published: compiled by tsc. `npm run bench` builds first. (A loader that compiles on the
 * fly may put a getter in front of every import, and then that is what one measures.)
 */

import type * as RunPage from '../src/generated/kvm_run.7.3.arm64.ts';
import type * as Events from '../src/generated/kvm_vcpu_events.v1.arm64.ts';

async function load(name: string): Promise<unknown> {
  return import(new URL(`../dist/generated/${name}.js`, import.meta.url).href);
}

export const { KvmVcpuEvents, KvmVcpuEventsView } = (await load('kvm_vcpu_events.v1.arm64')) as typeof Events;
export const { KvmRun } = (await load('kvm_run.7.3.arm64')) as typeof RunPage;
