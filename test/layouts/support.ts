/** The layout files of the repository, read from disk for tests. */

import { readFileSync } from 'node:fs';
import type { Abi } from '../../src/abi/abi.ts';
import type { LayoutFile } from '../../src/abi/definition/document.ts';
import { abiOfSoundVariant, loadLayoutFile } from '../../src/abi/definition/layout-file.ts';
import { fieldPathsOf } from '../../src/abi/field-paths.ts';
import { layoutOf } from '../../src/abi/layout-engine.ts';
import type { RecordLayout } from '../../src/abi/layout.ts';
import { findTarget, type Target, type TargetName } from '../../src/abi/target.ts';

export function targetOf(name: TargetName): Target {
  const target = findTarget(name);
  if (target === undefined) throw new Error(`no target ${name}`);
  return target;
}

export function layoutText(fileName: string): string {
  return readFileSync(new URL(`../../layouts/${fileName}`, import.meta.url), 'utf8');
}

export function layoutFile(fileName: string): LayoutFile {
  return loadLayoutFile(layoutText(fileName), fileName);
}

export function abiOf(file: LayoutFile, variant: string, target: TargetName): Abi {
  return abiOfSoundVariant(file, variant, targetOf(target), `${file.fileName}#${variant}`);
}

export function recordLayout(abi: Abi, name: string): RecordLayout {
  const declaration = abi.records.get(name);
  if (declaration === undefined) throw new Error(`${abi.label} has no ${name} on ${abi.target.name}`);
  return layoutOf(declaration.record, abi.target);
}

/** `[offset, size]` in bytes of every named member at every depth. */
export function membersOf(layout: RecordLayout): Record<string, [number, number]> {
  return Object.fromEntries(
    fieldPathsOf(layout).map((field) => [field.path, [field.offsetBits / 8, field.sizeBits / 8]]),
  );
}
