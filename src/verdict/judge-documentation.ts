/**
 * Documentation that shows another record than the header.
 *
 * Whoever writes a program from the text has another layout than the kernel, and with another size another request number. Which
 * of the two is meant is not written anywhere: a person has to say.
 */

import type { DocumentationChange } from '../diff/changes.ts';
import { answers, type Judgement, kept, placeOf, unknown } from './judgement.ts';

const maximumClauses = 4;

export function judgeDocumentation({ documented, declared, differences }: DocumentationChange): Judgement {
  const { name, location } = documented.declaration;
  const shown = differences.slice(0, maximumClauses);
  const more = differences.length - shown.length;
  const rest = more === 0 ? '' : `; and ${String(more)} more`;
  const doubt = unknown('a program written from the text has another layout than the header');
  return {
    rule: 'documentation-differs',
    subject: name,
    old: null,
    new: { header: declared.header, ...placeOf(location), text: documented.file },
    message: `${documented.file} shows another ${name} than the header declares: ${shown.join('; ')}${rest}`,
    answers: answers({
      'old-binary': kept('no program was built from the new text'),
      rebuild: kept('compilers read the header, not the text'),
      'mixed-objects': kept('compilers read the header, not the text'),
      'new-binary': doubt,
    }),
    witness: undefined,
  };
}
