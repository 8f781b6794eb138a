package io.penstock.compose.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** The sentences that ship with the demo. */
public final class DemoCorpus {

  private static final String RESOURCE = "sentences.txt";

  private DemoCorpus() {}

  /** A few hundred sentences of plain English on many subjects, no two alike. */
  public static List<String> sentences() {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(
                    DemoCorpus.class.getResourceAsStream(RESOURCE), "missing " + RESOURCE),
                StandardCharsets.UTF_8))) {
      return reader.lines().filter(line -> !line.isBlank()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
