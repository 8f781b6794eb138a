package io.penstock.broker.files;

/** Cleans the name that a user gave a file. It is shown, and is never a path. */
final class FileName {

  private static final int LONGEST = 255;
  private static final String NAMELESS = "upload.jsonl";

  private FileName() {}

  /**
   * The last segment of the name without characters that control a terminal or the direction of
   * text, at most 255 characters of it.
   */
  static String clean(String given) {
    String last = given.substring(Math.max(given.lastIndexOf('/'), given.lastIndexOf('\\')) + 1);
    StringBuilder clean = new StringBuilder();
    last.codePoints().filter(FileName::isHarmless).limit(LONGEST).forEach(clean::appendCodePoint);
    while (clean.length() > LONGEST) {
      clean.setLength(clean.offsetByCodePoints(clean.length(), -1));
    }
    String name = clean.toString().strip();
    return name.isEmpty() || name.equals(".") || name.equals("..") ? NAMELESS : name;
  }

  private static boolean isHarmless(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> character != '"';
    };
  }
}
