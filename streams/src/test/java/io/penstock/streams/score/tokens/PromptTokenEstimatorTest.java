package io.penstock.streams.score.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import io.penstock.streams.score.request.Prompt;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class PromptTokenEstimatorTest {

  private static final PromptTokenEstimator ESTIMATOR = new PromptTokenEstimator();
  private static final Encoding CL100K =
      Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.CL100K_BASE);
  private static final String PROSE =
      "It was the best of times, it was the worst of times; the turbine took what the penstock"
          + " gave, 42 cubic metres a second, and nobody in the valley asked for more.\n";
  private static final String CODE =
      "for (int i = 0; i < values.length; i++) {\n    sum += values[i] * weights[i];\n  }\n";

  @Test
  void countsAsTheTokenizerDoes() {
    PromptTokens tokens = estimate(Prompt.ofText("tiktoken is great!"));

    assertThat(tokens).isEqualTo(new PromptTokens(6, 6, 0));
  }

  @Test
  void addsTheChatTemplatesTokens() {
    PromptTokens tokens = estimate(new Prompt(List.of("Hello", "Hello"), 2, 0, 0, 0));

    assertThat(tokens.total()).isEqualTo(2 + 2 * 4 + 3);
  }

  @Test
  void countsTokenIdsImagesAndAudioByTheirNumber() {
    assertThat(estimate(Prompt.ofTokenIds(7)).total()).isEqualTo(7);
    assertThat(estimate(new Prompt(List.of(), 0, 0, 2, 1)).total()).isEqualTo(2 * 765 + 600);
  }

  @Test
  void tellsTheLongestOfSeveral() {
    PromptTokens tokens = estimate(Prompt.ofText("Hello"), Prompt.ofText("Hello Hello Hello"));

    assertThat(tokens).isEqualTo(new PromptTokens(4, 3, 0));
  }

  @Test
  void countsSpecialTokensAsText() {
    assertThat(estimate(Prompt.ofText("<|endoftext|>")).total()).isGreaterThan(1);
  }

  @Test
  void takesAnUnknownEncodingForTheUsualOne() {
    assertThat(ESTIMATOR.estimate(List.of(Prompt.ofText("Hello")), "new_base").total())
        .isEqualTo(1);
  }

  @Test
  void samplesLongTextsWithinFivePercent() {
    Random random = new Random(7);
    StringBuilder mixed = new StringBuilder();
    while (mixed.length() < 600_000) {
      mixed.append(random.nextBoolean() ? PROSE : CODE);
    }
    for (String text : List.of(PROSE.repeat(4_000), CODE.repeat(8_000), mixed.toString())) {
      PromptTokens estimate = estimate(Prompt.ofText(text));
      double exact = CL100K.countTokensOrdinary(text);

      assertThat(estimate.sampled()).isTrue();
      assertThat(estimate.total() / exact).isCloseTo(1, within(0.05));
    }
  }

  @Test
  void theTruthLiesWithinTheMarginForEachKindOfText() {
    Map<String, String> texts =
        Map.of(
            "prose", prose(new Random(1), 65_536),
            "code", CODE.concat(PROSE).concat("  }\n").repeat(300),
            "chinese", chinese(new Random(2), 22_000),
            "base64", base64(new Random(3), 65_536),
            "half prose, half base64", prose(new Random(4), 32_768) + base64(new Random(5), 32_768),
            "one letter", "a".repeat(65_536));
    texts.forEach(
        (kind, text) -> {
          PromptTokens estimate = estimate(Prompt.ofText(text));
          double exact = CL100K.countTokensOrdinary(text);

          assertThat(estimate.sampled()).as(kind).isTrue();
          assertThat((double) estimate.longest())
              .as("%s, margin %d", kind, estimate.margin())
              .isCloseTo(exact, within((double) estimate.margin()));
        });
  }

  @Test
  void theMarginOfTextOfOneKindIsSmall() {
    PromptTokens prose = estimate(Prompt.ofText(prose(new Random(1), 65_536)));
    PromptTokens base64 = estimate(Prompt.ofText(base64(new Random(3), 65_536)));

    assertThat(prose.margin()).isLessThan(prose.longest() / 20);
    assertThat(base64.margin()).isLessThan(base64.longest() / 20);
  }

  @Test
  void countsInFullWhereItMattersToOneTokenInAHundred() {
    for (String text :
        List.of(
            prose(new Random(1), 60_000),
            CODE.repeat(700),
            chinese(new Random(2), 5_000),
            base64(new Random(3), 20_000))) {
      PromptTokens exact = ESTIMATOR.exact(List.of(Prompt.ofText(text)), "cl100k_base");

      assertThat(exact.sampled()).isFalse();
      assertThat(exact.longest() / (double) CL100K.countTokensOrdinary(text))
          .isCloseTo(1, within(0.01));
    }
  }

  private static String prose(Random random, int length) {
    String[] words = PROSE.strip().split(" ", -1);
    StringBuilder text = new StringBuilder();
    while (text.length() < length) {
      text.append(words[random.nextInt(words.length)]).append(' ');
    }
    return text.substring(0, length);
  }

  private static String chinese(Random random, int length) {
    StringBuilder text = new StringBuilder();
    while (text.length() < length) {
      text.append((char) (0x4e00 + random.nextInt(3_000)));
    }
    return text.toString();
  }

  private static String base64(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return Base64.getEncoder().encodeToString(bytes).substring(0, length);
  }

  @Test
  void samplesAcrossManyShortTexts() {
    List<Prompt> prompts = IntStream.range(0, 2_000).mapToObj(i -> Prompt.ofText(PROSE)).toList();
    double exact = 2_000.0 * CL100K.countTokensOrdinary(PROSE);

    assertThat(ESTIMATOR.estimate(prompts, "cl100k_base").total() / exact)
        .isCloseTo(1, within(0.05));
  }

  @Test
  @Timeout(5)
  void neverTakesTheThreadForLong() {
    String hostile = "a".repeat(8_000_000);
    estimate(Prompt.ofText(hostile));
    long began = System.nanoTime();
    estimate(Prompt.ofText(hostile));
    ESTIMATOR.exact(
        List.of(Prompt.ofText("a".repeat(PromptTokenEstimator.FULL_LENGTH))), "cl100k_base");

    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(1));
  }

  @Property(tries = 300)
  void neverThrowsAndNeverCountsLessThanOne(@ForAll String text) {
    assertThat(estimate(Prompt.ofText(text)).total()).isPositive();
  }

  @Property(tries = 100)
  void growsWithTheText(@ForAll String text) {
    long once = estimate(Prompt.ofText(text)).total();

    assertThat(estimate(Prompt.ofText(text + " " + PROSE)).total()).isGreaterThan(once);
  }

  @Test
  void countsHalfASurrogatePair() {
    assertThat(estimate(Prompt.ofText("a\ud800b")).total()).isPositive();
  }

  @Test
  void cutsNoSurrogatePairWhenSampling() {
    assertThat(estimate(Prompt.ofText("\ud83d\ude00".repeat(100_001))).total())
        .isGreaterThan(100_000);
  }

  private static PromptTokens estimate(Prompt... prompts) {
    return ESTIMATOR.estimate(List.of(prompts), "cl100k_base");
  }
}
