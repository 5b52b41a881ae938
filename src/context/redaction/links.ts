import { BLANK, type Redaction } from './redaction.js';

const EMAIL = /[^\s@＠﹫]{1,64}[@＠﹫][^\s@＠﹫]{1,253}\.[\p{L}\p{Nd}-]{2,63}/gu;
const LINK = /(?:\b[a-z][a-z0-9+.-]{1,20}:\/\/|\bwww\.)\S+/giu;
const BARE_LINK =
  /(?<![\p{L}\p{Nd}.-])(?:[\p{L}\p{Nd}-]{1,63}\.){1,5}(?:\p{L}{2,24}\/\S*|(?:com|net|org|info|biz|io|app|dev|xyz|top|shop|online|site|ru|de|uk|link|click)(?![\p{L}\p{Nd}]))/giu;

export const LINKS: Redaction = {
  kind: 'link',
  blankOut: (text) => text.replace(LINK, BLANK),
};

export const EMAIL_ADDRESSES: Redaction = {
  kind: 'email',
  blankOut: (text) => text.replace(EMAIL, BLANK),
};

/** After addresses, whose domain looks like one. */
export const LINKS_WITHOUT_SCHEME: Redaction = {
  kind: 'link',
  blankOut: (text) => text.replace(BARE_LINK, BLANK),
};
