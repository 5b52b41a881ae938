import { type CompiledTemplate, compileTemplate } from '../../src/templates/compile.js';
import type { TemplateContext } from '../../src/templates/contextVariables.js';
import { type TemplateVariables, templateManifest } from '../../src/templates/manifest.js';
import type { PartName } from '../../src/templates/templateParts.js';
import type { VariableKind } from '../../src/templates/variableKind.js';

type Declarations = Record<
  string,
  {
    required?: boolean;
    maxLength?: number;
    example?: string | number | boolean;
    kind?: VariableKind;
  }
>;

/** A template made of the given parts, compiled. */
export function compile(
  parts: Partial<Record<PartName, string>>,
  declarations: Declarations = {},
): CompiledTemplate {
  const variables = Object.fromEntries(
    Object.entries(declarations).map(([name, rest]) => [
      name,
      { description: name, example: 'x', ...rest },
    ]),
  );
  const manifest = templateManifest.parse({ description: 'A test', variables });
  return compileTemplate({ name: 'test', hash: '0', manifest, parts });
}

/** An email template whose other parts say nothing of interest. */
export function compileHtml(html: string, declarations: Declarations = {}): CompiledTemplate {
  return compile({ 'email.subject': 'Subject', 'email.html': html }, declarations);
}

export const NO_HISTORY: TemplateContext = {
  customerName: 'Anna',
  sentiment: 'neutral',
  hasHistory: false,
};

export function withMessage(lastMessage: string): TemplateContext {
  return {
    customerName: 'Anna',
    sentiment: 'neutral',
    hasHistory: true,
    lastMessage,
    lastMessageAt: '2026-03-10T23:30:00.000Z',
    conversationId: 'c-1',
  };
}

/** The text of a one-part channel, or the reason why there is none. */
export function renderText(
  template: CompiledTemplate,
  channel: 'web' | 'sms',
  context: TemplateContext = NO_HISTORY,
  variables: TemplateVariables = {},
): string {
  const result = template.render(channel, { context, variables });
  if (!result.ok) return `refused: ${result.reason}`;
  return result.message.channel === channel ? result.message.text : 'another channel';
}

export function renderHtml(
  template: CompiledTemplate,
  context: TemplateContext = NO_HISTORY,
  variables: TemplateVariables = {},
): string {
  const result = template.render('engage', { context, variables });
  if (!result.ok) return `refused: ${result.reason}`;
  return result.message.channel === 'engage' ? result.message.html : 'another channel';
}
