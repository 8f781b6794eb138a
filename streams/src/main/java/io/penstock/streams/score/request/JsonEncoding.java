package io.penstock.streams.score.request;

/** Recognises the encoding of JSON by its first bytes, as in RFC 4627, section 3. */
public final class JsonEncoding {

  private JsonEncoding() {}

  /**
   * Returns whether a parser would take a text for UTF-16 or UTF-32. JSON begins with two ASCII
   * characters, so one of the first two bytes is zero then.
   */
  public static boolean isWide(byte[] text) {
    return (text.length > 0 && text[0] == 0) || (text.length > 1 && text[1] == 0);
  }
}
