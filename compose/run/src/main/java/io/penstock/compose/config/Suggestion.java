package io.penstock.compose.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Suggests what somebody may have meant. */
final class Suggestion {

  private Suggestion() {}

  /** The known name that is written most alike, if one is alike at all. */
  static Optional<String> of(String written, Collection<String> known) {
    int most = Math.max(2, written.length() / 4);
    return known.stream()
        .filter(name -> distance(written, name) <= most)
        .min(Comparator.comparingInt(name -> distance(written, name)));
  }

  /** The known path that ends in the same name as this one, as if it stood in a wrong section. */
  static Optional<String> elsewhere(String path, Collection<String> known) {
    String name = path.substring(path.lastIndexOf('.') + 1);
    String section = path.substring(0, path.indexOf('.') + 1);
    return known.stream()
        .filter(each -> each.substring(each.lastIndexOf('.') + 1).equalsIgnoreCase(name))
        .min(
            Comparator.<String>comparingInt(each -> each.startsWith(section) ? 0 : 1)
                .thenComparingInt(String::length)
                .thenComparing(Comparator.naturalOrder()));
  }

  /** Levenshtein's distance, without regard to case, hyphens and underscores. */
  private static int distance(String one, String other) {
    String a = one.toLowerCase(Locale.ROOT).replaceAll("[-_]", "");
    String b = other.toLowerCase(Locale.ROOT).replaceAll("[-_]", "");
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
