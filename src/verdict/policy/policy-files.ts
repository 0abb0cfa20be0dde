/** Where a project keeps its rules: at the top of its tree. */

export const configFileName = 'uabi.config.json';
export const waiverFileName = 'uabi.waivers.json';
