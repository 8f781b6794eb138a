package io.penstock.streams.score.complexity.features;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class PromptFeaturesTest {

  private static PromptFeatures read(String prompt) {
    PromptFeatures features = new PromptFeatures();
    features.read(prompt);
    return features;
  }

  private static double shape(String name, String prompt) {
    return read(prompt).shape(PromptFeatures.SHAPE_NAMES.indexOf(name));
  }

  @Test
  void ngramsAreThoseOfWordsWithTheirBlanks() {
    assertThat(read("Ab 12").texts().values())
        .containsExactly(
            " a", " ab", " ab ", "ab", "ab ", "b ", " 0", " 0 ", "0 ", "ab", "0", "ab 0");
  }

  @Test
  void numbersOfAnySizeReadAlike() {
    assertThat(read("pay 17 now").texts()).isEqualTo(read("pay 1234 now").texts());
  }

  @Test
  void shapeCountsWhatItNames() {
    String question = "If 3 cats cost $1.50 each, what do 200 cost?\nA. 1\nB. 2\nC. three";

    assertThat(shape("numbers", question)).isEqualTo(Math.log1p(6));
    assertThat(shape("numbers of three digits or more", question)).isEqualTo(Math.log1p(1));
    assertThat(shape("decimals", question)).isEqualTo(Math.log1p(1));
    assertThat(shape("dollar signs", question)).isEqualTo(Math.log1p(1));
    assertThat(shape("multiple choice", question)).isEqualTo(1);
    assertThat(shape("options with numbers", question)).isEqualTo(2 / 3.0);
    assertThat(shape("question ends with a question mark", question)).isEqualTo(1);
    assertThat(shape("conditions", question)).isEqualTo(Math.log1p(1));
    assertThat(shape("multiples", question)).isEqualTo(Math.log1p(1));
    assertThat(shape("multiple choice", "A. is the only line")).isZero();
  }

  @Test
  void ofALongPromptOnlyTheEndsAreReadAndItsLengthCounts() {
    String head = "a ".repeat(PromptText.MOST_CHARACTERS / 4);
    String tail = "z ".repeat(PromptText.MOST_CHARACTERS / 4);
    String middle = "mmm ".repeat(100_000);

    PromptFeatures features = read(head + middle + tail);

    assertThat(features.texts().values()).contains(" a ", " z ").doesNotContain("mmm");
    assertThat(features.shape(0))
        .isEqualTo(Math.log1p(head.length() + middle.length() + tail.length()));
  }

  @Property(tries = 300)
  void anyTextIsReadAndReadingAgainChangesNothing(@ForAll @StringLength(max = 300) String prompt) {
    PromptFeatures features = read("something else before, with 3 numbers 1 2");

    features.read(prompt);

    PromptFeatures fresh = read(prompt);
    assertThat(features.size()).isEqualTo(fresh.size());
    for (int i = 0; i < fresh.size(); i++) {
      assertThat(features.bucket(i)).isEqualTo(fresh.bucket(i));
      assertThat(features.count(fresh.bucket(i))).isEqualTo(fresh.count(fresh.bucket(i)));
    }
    for (int i = 0; i < PromptFeatures.SHAPE_NAMES.size(); i++) {
      assertThat(features.shape(i)).isFinite().isEqualTo(fresh.shape(i));
    }
  }
}
