/** `uabi explain RULE`: why a rule exists, with an example and the way out. */

import type { Command } from 'commander';
import { nearestWord } from '../abi/suggest.ts';
import { UserError } from '../diagnostic.ts';
import { lintRuleText, ruleText } from '../report/rules-text.ts';
import { findLintRule, lintRules } from '../verdict/lint/rules.ts';
import { findRule, suggestRules } from '../verdict/rules.ts';
import { type ExitCode, exitCodes, type Io } from './io.ts';

export function configure(command: Command): void {
  command
    .argument('<rule>', 'the id of a rule, as reports print it')
    .addHelpText('after', '\nExample:\n  uabi explain inner-record-grew\n\nuabi rules lists all rules.');
}

export function run(args: readonly string[], _options: unknown, io: Io): Promise<ExitCode> {
  const [id = ''] = args;
  const lintRule = findLintRule(id);
  if (lintRule !== undefined) {
    io.stdout(lintRuleText(id, lintRule));
    return Promise.resolve(exitCodes.done);
  }
  const rule = findRule(id);
  if (rule === undefined) {
    const lint = nearestWord(id, lintRules.keys());
    const near = [...suggestRules(id), ...(lint === undefined ? [] : [lint])];
    const hint = near.length > 0 ? `did you mean ${near.join(' or ')}?` : 'uabi rules lists them';
    throw new UserError(`There is no rule "${id}"; ${hint}`);
  }
  io.stdout(ruleText(id, rule));
  return Promise.resolve(exitCodes.done);
}
