import { exit } from '../exit.ts';
import type { Io } from '../io.ts';

/** Shells that can be taught. */
export type Shell = keyof typeof scripts;

/** `completion`: a script for the shell, which asks mendgate itself what may follow, so that it never goes stale. */
export function completion(io: Io, shell: Shell): number {
  io.stdout.write(scripts[shell]);
  return exit.ok;
}

const scripts = {
  bash: `# bash completion for mendgate. To have it in every shell, put into ~/.bashrc: source <(mendgate completion bash)
_mendgate() {
  local line=\${COMP_LINE:0:COMP_POINT} current=\${COMP_WORDS[COMP_CWORD]} word
  local -a words
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  local whole=\${words[\${#words[@]} - 1]}
  # bash takes : and = for ends of words; what it has put away already is not said again.
  [[ $current == [:=] ]] && current=
  local said=\${whole%"$current"}
  COMPREPLY=()
  local before
  while IFS=$'\\t' read -r word before; do
    if [[ $word == :files ]]; then
      compopt -o filenames 2>/dev/null
      before=\${before#"$said"}
      while IFS= read -r word; do COMPREPLY+=("$before$word"); done < <(compgen -f -- "\${current#"$before"}")
    else
      [[ $word == *= ]] && compopt -o nospace 2>/dev/null
      COMPREPLY+=("\${word#"$said"}")
    fi
  done < <("\${words[0]}" __complete -- "\${words[@]:1}" 2>/dev/null)
}
complete -F _mendgate mendgate
`,
  zsh: `#compdef mendgate
# zsh completion for mendgate. To have it in every shell, put into ~/.zshrc, below compinit: source <(mendgate completion zsh)
_mendgate() {
  local -a lines given shown
  local line files before
  given=("\${(@Q)words[2,CURRENT-1]}" "$PREFIX")
  lines=("\${(@f)$("\${words[1]}" __complete -- "\${(@)given}" 2>/dev/null)}")
  local -a values
  for line in "\${(@)lines}"; do
    if [[ $line == :files* ]]; then
      files=1 before=\${line#*$'\\t'}
    elif [[ -n $line ]]; then
      values+=("\${line%%$'\\t'*}")
      shown+=("\${line/$'\\t'/  -- }")
    fi
  done
  if (( \${#values} )); then
    # What ends with = is followed by a value.
    if [[ \${values[1]} == *= ]]; then compadd -U -S '' -l -d shown -a values
    else compadd -U -l -d shown -a values; fi
  fi
  if [[ -n $files ]]; then
    compset -P "$before"
    _files
  fi
}
compdef _mendgate mendgate
`,
  fish: `# fish completion for mendgate. To have it in every shell: mendgate completion fish >~/.config/fish/completions/mendgate.fish
function __mendgate_complete
    set -l words (commandline -opc)
    set -l raw (commandline -ct)
    # A quote may still be open.
    set -l current (string unescape -- "$raw"; or string unescape -- "$raw'"; or string unescape -- "$raw\\"")
    for line in ($words[1] __complete -- $words[2..-1] "$current" 2>/dev/null)
        if string match -q -- ':files*' $line
            set -l before (string split \\t -- $line)[2]
            for path in (__fish_complete_path (string sub -s (math (string length -- "$before") + 1) -- "$current"))
                echo $before$path
            end
        else
            echo $line
        end
    end
end
complete -c mendgate -f -a '(__mendgate_complete)'
`,
} as const;
