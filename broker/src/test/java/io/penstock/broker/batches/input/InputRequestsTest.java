package io.penstock.broker.batches.input;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class InputRequestsTest {

  private static final String URL = "/v1/completions";
  private static final InputLimits LIMITS = new InputLimits(100_000_000, 1_000, 300_000, 10);
  private static final List<String> ODDITIES =
      List.of(
          "\"n\": 1.00e+2",
          "\"deep\":[[{\"model\":\"no\",\"stream\":true}]]",
          "\"text\":\"\\u00e9 é 😀 \\\\ \\\"\"",
          "  \"twice\":1,\"twice\":2  ",
          "\"big\":123456789012345678901234567890");

  private record Written(byte[] file, List<String> bodies) {}

  @Property(tries = 200)
  void everyBodyIsReadByteForByteFromWhateverPlaceOneGoesOn(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int requests) throws IOException {
    Written written = write(new Random(seed), requests);

    assertThat(InputJudge.judge(stutter(written.file(), 0, seed), URL, LIMITS))
        .isEqualTo(new InputVerdict.Accepted(requests, "m"));
    List<InputRequest> read = read(written.file(), 0, 0, seed);
    assertThat(read).extracting(InputRequestsTest::text).isEqualTo(written.bodies());

    InputRequest last = read.get(new Random(seed).nextInt(requests));
    List<InputRequest> rest = read(written.file(), last.end(), last.number(), seed);
    assertThat(rest)
        .extracting(InputRequestsTest::text)
        .isEqualTo(written.bodies().subList(last.number(), requests));
    for (InputRequest each : rest) {
      assertThat(each.customId()).isEqualTo("id-" + each.number());
    }
  }

  @Property(tries = 200)
  void theVerdictDoesNotDependOnWhereAFileIsCut(
      @ForAll long seed, @ForAll @IntRange(min = 0, max = 20) int requests) throws IOException {
    Random random = new Random(seed);
    byte[] file = write(random, requests).file();
    if (random.nextInt(3) == 0 && file.length > 0) {
      file[random.nextInt(file.length)] = (byte) "{}\n\"x".charAt(random.nextInt(5));
    }
    InputVerdict whole = InputJudge.judge(new ByteArrayInputStream(file), URL, LIMITS);

    InputJudge judge = new InputJudge(URL, LIMITS);
    Optional<InputVerdict> verdict = Optional.empty();
    for (int at = 0; at < file.length && verdict.isEmpty(); ) {
      int some = Math.min(file.length - at, 1 + random.nextInt(random.nextBoolean() ? 5 : 70_000));
      verdict = judge.take(Arrays.copyOfRange(file, at, at + some), some);
      at += some;
    }
    assertThat(verdict.orElseGet(judge::end)).isEqualTo(whole);
  }

  private static Written write(Random random, int requests) {
    StringBuilder file = new StringBuilder(random.nextBoolean() ? "\uFEFF" : "");
    List<String> bodies = new ArrayList<>();
    for (int number = 1; number <= requests; number++) {
      blankLines(random, file);
      String body = body(random);
      bodies.add(body);
      file.append(
          "{ \"url\":\"%s\",\"body\" : %s , \"custom_id\":\"id-%d\",\"method\":\"POST\"} "
              .formatted(URL, body, number));
      if (number < requests || random.nextBoolean()) {
        file.append(random.nextBoolean() ? "\n" : "\r\n");
      }
    }
    return new Written(file.toString().getBytes(UTF_8), bodies);
  }

  private static String body(Random random) {
    List<String> fields = new ArrayList<>(List.of("\"model\" : \"m\""));
    for (int each = random.nextInt(4); each > 0; each--) {
      fields.add(random.nextInt(fields.size() + 1), ODDITIES.get(random.nextInt(ODDITIES.size())));
    }
    if (random.nextInt(8) == 0) {
      fields.add("\"long\":\"" + "é".repeat(random.nextInt(100_000)) + "\"");
    }
    return "{" + String.join(", ", fields) + "}";
  }

  private static void blankLines(Random random, StringBuilder file) {
    while (random.nextInt(3) == 0) {
      file.append(random.nextBoolean() ? " \t\n" : "\r\n");
    }
  }

  private static List<InputRequest> read(byte[] file, long offset, int before, long seed)
      throws IOException {
    List<InputRequest> all = new ArrayList<>();
    try (InputRequests requests =
        new InputRequests(stutter(file, offset, seed), offset, before, URL, LIMITS)) {
      for (Optional<InputRequest> each = requests.next();
          each.isPresent();
          each = requests.next()) {
        all.add(each.get());
      }
    }
    return all;
  }

  /** Gives a few bytes at a time, so that lines and marks lie across reads. */
  private static InputStream stutter(byte[] file, long offset, long seed) {
    Random random = new Random(seed);
    return new FilterInputStream(
        new ByteArrayInputStream(file, (int) offset, file.length - (int) offset)) {
      @Override
      public int read(byte[] into, int from, int length) throws IOException {
        int most = random.nextBoolean() ? 1 + random.nextInt(5) : 1 + random.nextInt(20_000);
        return super.read(into, from, Math.min(length, most));
      }
    };
  }

  private static String text(InputRequest request) {
    return UTF_8.decode(request.body().duplicate()).toString();
  }
}
