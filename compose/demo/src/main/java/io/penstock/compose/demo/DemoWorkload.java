package io.penstock.compose.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.penstock.compose.input.InputException;
import io.penstock.compose.input.InputFile;
import io.penstock.compose.input.InputItem;
import io.penstock.compose.input.InputReader;
import io.penstock.compose.input.RequestBodies;
import io.penstock.schemas.topics.TopicSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The requests of a demo, in order. The source begins again when it ends before the last request.
 * May be walked through several times, by several threads at once.
 */
public final class DemoWorkload {

  private static final int NAMED_PROBLEMS = 5;

  private final long requests;
  private final Source source;

  /** The source of requests. */
  private interface Source {
    /** Hands on the items from the first to the last, until one is refused. */
    void walk(Visitor visitor) throws InputException, InterruptedException;
  }

  /** Takes requests in order. */
  @FunctionalInterface
  interface Visitor {
    /** Takes one and says whether to go on. */
    boolean visit(DemoRequest request) throws InterruptedException;
  }

  private DemoWorkload(long requests, Source source) {
    if (requests < 1) {
      throw new IllegalArgumentException(
          "requests is %d; it must be 1 or more".formatted(requests));
    }
    this.requests = requests;
    this.source = source;
  }

  /** Sentences to embed, over and over until there are this many requests. */
  public static DemoWorkload ofSentences(List<String> sentences, long requests, String model) {
    if (sentences.isEmpty()) {
      throw new IllegalArgumentException("there are no sentences");
    }
    List<String> own = List.copyOf(sentences);
    return new DemoWorkload(
        requests,
        visitor -> {
          for (String sentence : own) {
            if (!visitor.visit(embedding(sentence, model))) {
              return;
            }
          }
        });
  }

  /**
   * The texts, or the batch lines, of a file. The whole file is read once now, so that a bad line
   * stops the demo before it starts.
   *
   * @param requests how many to make of it, 0 for one of each item
   * @throws InputException naming the first bad lines, or if there is nothing in the file
   */
  public static DemoWorkload ofFile(InputFile file, long requests, String model)
      throws InputException {
    long items = check(file);
    return new DemoWorkload(
        requests == 0 ? items : requests, visitor -> walk(file, model, visitor));
  }

  private static long check(InputFile file) throws InputException {
    List<String> problems = new ArrayList<>();
    long[] counts = new long[2];
    forEach(
        file,
        item -> {
          counts[0]++;
          if (item instanceof InputItem.Bad bad && counts[1]++ < NAMED_PROBLEMS) {
            problems.add("%s: line %d: %s".formatted(file.path(), bad.line(), bad.problem()));
          }
        });
    if (counts[1] > 0) {
      throw new InputException(
          "%s%n%d bad lines; the demo starts only with a file that is all good"
              .formatted(String.join(System.lineSeparator(), problems), counts[1]));
    }
    if (counts[0] == 0) {
      throw new InputException(file.path() + ": there is nothing in it; add a text");
    }
    return counts[0];
  }

  private static void forEach(InputFile file, Consumer<InputItem> action) throws InputException {
    try (InputReader reader = file.open(TopicSettings.DEFAULT.maxRequestBytes())) {
      reader.forEachRemaining(action);
    } catch (IOException e) {
      throw new InputException(file.path() + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static void walk(InputFile file, String model, Visitor visitor)
      throws InputException, InterruptedException {
    try (InputReader reader = file.open(TopicSettings.DEFAULT.maxRequestBytes())) {
      while (reader.hasNext()) {
        DemoRequest request =
            switch (reader.next()) {
              case InputItem.Text text -> embedding(text.text(), model);
              case InputItem.Request line ->
                  new DemoRequest(
                      line.endpoint(),
                      line.model().orElse(model),
                      UTF_8.decode(line.body().duplicate()).toString());
              case InputItem.Bad bad ->
                  throw new InputException(
                      "%s: line %d: %s".formatted(file.path(), bad.line(), bad.problem()));
            };
        if (!visitor.visit(request)) {
          return;
        }
      }
    } catch (IOException e) {
      throw new InputException(file.path() + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static DemoRequest embedding(String text, String model) {
    return new DemoRequest(
        RequestBodies.EMBEDDINGS,
        model,
        RequestBodies.of(RequestBodies.EMBEDDINGS, model, text).toString());
  }

  /** Returns how many requests there are, 1 or more. */
  public long requests() {
    return requests;
  }

  /** Hands on all requests with their number, from 0. */
  void forEach(NumberedVisitor visitor) throws InputException, InterruptedException {
    long[] next = new long[1];
    while (next[0] < requests) {
      source.walk(
          request -> {
            visitor.visit(next[0]++, request);
            return next[0] < requests;
          });
    }
  }

  /** Takes requests with their number. */
  @FunctionalInterface
  interface NumberedVisitor {
    void visit(long number, DemoRequest request) throws InterruptedException;
  }
}
