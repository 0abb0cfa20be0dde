/** Where in a kernel tree its headers stand, and what else says what is in them. */

import { knownArchitectures } from './architecture.ts';
import { generatorInputs, tableMakefileOf } from './generated-headers.ts';

export const commonFolder = 'include/uapi';

/** Where the headers of an architecture stand. */
export function asmFolderOf(architecture: string): string {
  return `arch/${architecture}/${commonFolder}/asm`;
}

/** What says which headers an architecture exports, in the order in which the files include each other. */
export function kbuildFilesOf(architecture: string): readonly string[] {
  return [asmFolderOf(architecture), `${commonFolder}/asm-generic`, commonFolder].map((folder) => `${folder}/Kbuild`);
}

/** Where the headers themselves stand. */
export const headerFolders: readonly string[] = [commonFolder, ...knownArchitectures.map(asmFolderOf)];

/** What says which headers there are, besides their names. */
export const kbuildFiles: readonly string[] = [
  ...new Set([...knownArchitectures.flatMap((one) => [...kbuildFilesOf(one), tableMakefileOf(one)]), 'Makefile']),
];

/** What headers are made from that a build generates. */
export const generatorPaths: readonly string[] = [
  ...new Set(['Makefile', ...knownArchitectures.flatMap(generatorInputs)]),
];

/** All that the headers of any architecture may be made from. */
export const kernelPaths: readonly string[] = [...headerFolders, ...generatorPaths];
