/**
 * `uabi completion SHELL`: a script that completes commands, options, targets, formats, rules and variants of layout files.
 *
 * What is known beforehand stands in the script. Only the variants after a `#` are asked for while typing
 * (`--variants FILE`), since the file may be anybody's.
 */

import type { Command } from 'commander';
import { variantsOf } from '../abi/definition/layout-file.ts';
import { builtInNames } from './built-in-layouts.ts';
import { type CommandPage, loadCommandTree, wordsOfArgument, wordsOfOption } from './command-tree.ts';
import { completionSummary } from './commands.ts';
import { type ExitCode, exitCodes, type Io } from './io.ts';
import { oneOf } from './one-of.ts';
import { openLayout } from './open-source.ts';
import { manPage } from './man-page.ts';
import { version } from './version.ts';

const shells = ['bash', 'zsh', 'fish', 'man'] as const;

export function configure(command: Command): void {
  command
    .argument('[shell]', shells.join(', '), 'bash')
    .option('--variants <file>', 'only list the variants of a layout file, as FILE#VARIANT')
    .addHelpText(
      'after',
      `
Examples:
  source <(uabi completion bash)
  uabi completion zsh > "\${fpath[1]}/_uabi"
  uabi completion fish > ~/.config/fish/completions/uabi.fish`,
    );
}

export async function run(args: readonly string[], options: { readonly variants?: string }, io: Io): Promise<ExitCode> {
  if (options.variants !== undefined) {
    const path = options.variants.replace(/#.*$/, '');
    const { file } = await openLayout(path, io.cwd);
    io.stdout(
      variantsOf(file)
        .map(({ name }) => `${path}#${name}\n`)
        .join(''),
    );
    return exitCodes.done;
  }
  const shell = oneOf(shells, args[0] ?? 'bash', 'completion');
  const pages = await loadCommandTree({
    name: 'completion',
    summary: completionSummary,
    load: () => Promise.resolve({ configure, run }),
  });
  switch (shell) {
    case 'bash':
      io.stdout(bashScript(pages));
      break;
    case 'zsh':
      io.stdout(zshScript(pages));
      break;
    case 'fish':
      io.stdout(fishScript(pages));
      break;
    case 'man':
      io.stdout(manPage(pages, version));
      break;
    default:
      shell satisfies never;
  }
  return exitCodes.done;
}

const namesOf = (pages: readonly CommandPage[]): string => pages.map(({ command }) => command.name()).join(' ');
const layouts = (): string =>
  builtInNames()
    .map((name) => `layouts/${name}`)
    .join(' ');

function optionsOf({ command }: CommandPage): readonly string[] {
  return [...command.options.flatMap(({ short, long }) => [long, short]), '--help'].filter((one) => one !== undefined);
}

/** `command --option) words="…" ;;` for every option that takes one of a few words. */
function optionCases(pages: readonly CommandPage[]): string[] {
  return pages.flatMap(({ command }) =>
    command.options.flatMap((option) => {
      const words = wordsOfOption(option);
      const names = [option.long, option.short].filter((one) => one !== undefined);
      const patterns = names.map((name) => `"${command.name()} ${name}"`).join('|');
      return words.length === 0 ? [] : [`    ${patterns}) words="${words.join(' ')}" ;;`];
    }),
  );
}

function argumentCases(pages: readonly CommandPage[]): string[] {
  return pages.flatMap(({ command }) => {
    const words = wordsOfArgument(command);
    return words.length === 0 ? [] : [`    ${command.name()}) words="${words.join(' ')}" ;;`];
  });
}

function flagCases(pages: readonly CommandPage[]): string[] {
  return pages.map((page) => `    ${page.command.name()}) words="${optionsOf(page).join(' ')}" ;;`);
}

/** Finds the command among the words typed so far; the same in both shells but for where arrays begin. */
function bashScript(pages: readonly CommandPage[]): string {
  return `# bash completion for uabi: source <(uabi completion bash)
_uabi() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command="" words="" word
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) command="$word"; break ;; esac
  done
  if [ -z "$command" ]; then
    COMPREPLY=($(compgen -W "${namesOf(pages)} help --help --version" -- "$current"))
    return
  fi
  case "$command $previous" in
${optionCases(pages).join('\n')}
  esac
  if [ -n "$words" ]; then
    # Lists are written with commas: what is typed of them stays in front.
    local before=""
    case "$current" in *,*) before="\${current%,*}," ;; esac
    COMPREPLY=($(compgen -P "$before" -W "$words" -- "\${current##*,}"))
    return
  fi
  case "$current" in
    *.json'#'*)
      COMPREPLY=($(compgen -W "$(uabi completion --variants "$current" 2>/dev/null)" -- "$current"))
      return ;;
    -*)
      case "$command" in
${flagCases(pages)
  .map((line) => `    ${line}`)
  .join('\n')}
      esac
      COMPREPLY=($(compgen -W "$words" -- "$current"))
      return ;;
  esac
  case "$command" in
    help) words="${namesOf(pages)}" ;;
${argumentCases(pages).join('\n')}
    check|layout|generate) words="${layouts()}" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o bashdefault -o default -F _uabi uabi
`;
}

function zshScript(pages: readonly CommandPage[]): string {
  const summaries = pages.map(
    ({ command }) => `    '${command.name()}:${command.description().replaceAll("'", '').replaceAll(':', '')}'`,
  );
  return `#compdef uabi
# zsh completion for uabi: uabi completion zsh > "\${fpath[1]}/_uabi"
_uabi() {
  local current="\${words[CURRENT]}" previous="\${words[CURRENT-1]}" command="" list="" word
  local -a summaries
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$word" in -*) ;; *) command="$word"; break ;; esac
  done
  if [[ -z "$command" ]]; then
    summaries=(
${summaries.join('\n')}
    )
    _describe command summaries
    return
  fi
  case "$command $previous" in
${optionCases(pages).join('\n').replaceAll('words=', 'list=')}
  esac
  if [[ -n "$list" ]]; then
    compset -P '*,'
    compadd -- \${=list}
    return
  fi
  case "$current" in
    *.json'#'*)
      compadd -- \${(f)"$(uabi completion --variants "$current" 2>/dev/null)"}
      return ;;
    -*)
      case "$command" in
${flagCases(pages)
  .map((line) => `    ${line}`)
  .join('\n')
  .replaceAll('words=', 'list=')}
      esac
      compadd -- \${=list}
      return ;;
  esac
  case "$command" in
    help) list="${namesOf(pages)}" ;;
${argumentCases(pages).join('\n').replaceAll('words=', 'list=')}
    check|layout|generate) list="${layouts()}" ;;
  esac
  [[ -n "$list" ]] && compadd -- \${=list}
  _files
}
if [[ "$funcstack[1]" == _uabi ]]; then _uabi "$@"; else compdef _uabi uabi; fi
`;
}

function fishScript(pages: readonly CommandPage[]): string {
  const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const lines = ['# fish completion for uabi: uabi completion fish > ~/.config/fish/completions/uabi.fish'];
  for (const { command } of pages) {
    const name = command.name();
    const seen = quote(`__fish_seen_subcommand_from ${name}`);
    lines.push(`complete -c uabi -n __fish_use_subcommand -f -a ${name} -d ${quote(command.description())}`);
    for (const option of command.options) {
      const words = wordsOfOption(option);
      const long = option.long === undefined ? '' : ` -l ${option.long.slice(2)}`;
      const short = option.short === undefined ? '' : ` -s ${option.short.slice(1)}`;
      const takes = words.length > 0 ? ` -x -a ${quote(words.join(' '))}` : option.required ? ' -r' : '';
      lines.push(`complete -c uabi -n ${seen}${short}${long}${takes} -d ${quote(option.description)}`);
    }
    const words = wordsOfArgument(command);
    if (words.length > 0) lines.push(`complete -c uabi -n ${seen} -f -a ${quote(words.join(' '))}`);
  }
  lines.push(
    `complete -c uabi -n '__fish_seen_subcommand_from check layout generate' -a ${quote(layouts())}`,
    `complete -c uabi -n 'string match -q "*.json#*" -- (commandline -ct)' -f -a '(uabi completion --variants (commandline -ct) 2>/dev/null)'`,
  );
  return `${lines.join('\n')}\n`;
}
