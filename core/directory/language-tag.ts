/** Languages as BCP 47 tags, checked alike at every door. */

/**
 * Language, extended languages (`sgn-ase`), script, region, variants: RFC 5646 without its extensions, private and
 * grandfathered tags. `Intl` knows fewer (no extended languages), so who shows a tag falls back to the tag itself.
 */
const TAG =
  /^[a-z]{2,3}(-[a-z]{3}){0,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*$/;
const TAG_CHARS_MAX = 35; // RFC 5646, 4.4.1

export const isLanguageTag = (text: string): boolean => text.length <= TAG_CHARS_MAX && TAG.test(text);
