package io.penstock.streams.score.complexity.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class GapCurveTest {

  /** Gains by descending score: 1, 0, 1, 0; the gap is 2 of 4 prompts. */
  private static final GapCurve CURVE =
      GapCurve.of(
          new double[] {0.1, 0.9, 0.5, 0.7}, new double[] {1, 0, 0, 1}, new double[] {1, 1, 1, 1});

  @Test
  void theCurveIsThatOfTheHandComputedTable() {
    // share 0, 1/4, 2/4, 3/4, 1 -> recovered 0, 1/2, 1/2, 1, 1
    assertThat(CURVE.at(0)).isEqualTo(0);
    assertThat(CURVE.at(0.25)).isEqualTo(0.5);
    assertThat(CURVE.at(0.5)).isEqualTo(0.5);
    assertThat(CURVE.at(0.625)).isEqualTo(0.75);
    assertThat(CURVE.at(0.75)).isEqualTo(1);
    assertThat(CURVE.at(1)).isEqualTo(1);
  }

  @Test
  void theAverageIsTheAreaByTrapezoids() {
    assertThat(CURVE.average()).isEqualTo((0.25 + 0.5 + 0.75 + 1) / 4);
  }

  @Test
  void theShareForAPartIsTheFirstThatReachesIt() {
    assertThat(CURVE.shareFor(0.5)).isEqualTo(0.25);
    assertThat(CURVE.shareFor(0.8)).isCloseTo(0.65, within(1e-12));
    assertThat(CURVE.shareFor(1)).isEqualTo(0.75);
  }

  @Test
  void promptsOfOneScoreAreInNoOrder() {
    GapCurve curve =
        GapCurve.of(new double[4], new double[] {1, 0, 0, 1}, new double[] {1, 1, 1, 1});

    assertThat(curve.average()).isEqualTo(0.5);
    assertThat(curve.shareFor(0.8)).isCloseTo(0.8, within(1e-12));
  }

  @Test
  void promptsThatTheCheapModelWinsCostGap() {
    // Gains by descending score: -1, 1, 1: recovered 0, -1, 0, 1.
    GapCurve curve =
        GapCurve.of(new double[] {3, 2, 1}, new double[] {1, 0, 0}, new double[] {0, 1, 1});

    assertThat(curve.average()).isCloseTo((-0.5 - 0.5 + 0.5) / 3, within(1e-12));
    assertThat(curve.shareFor(0.5)).isCloseTo(2.5 / 3, within(1e-12));
  }

  @Test
  void withoutAGapThereAreNoFigures() {
    GapCurve curve = GapCurve.of(new double[] {1, 2}, new double[] {1, 0}, new double[] {0, 1});

    assertThat(curve.hasGap()).isFalse();
    assertThat(curve.average()).isNaN();
    assertThat(curve.shareFor(0.5)).isNaN();
  }

  @Test
  void aShareOfTheGapOutsideItIsRefused() {
    assertThatThrownBy(() -> CURVE.shareFor(0)).hasMessageContaining("above 0");
    assertThatThrownBy(() -> GapCurve.of(new double[1], new double[2], new double[1]))
        .hasMessageContaining("one of each");
  }

  @Test
  void aShuffleOfManyPromptsRecoversHalf() {
    SplittableRandom random = new SplittableRandom(5);
    double[] scores = random.doubles(400).toArray();
    double[] cheap = random.doubles(400).map(x -> x < 0.6 ? 1 : 0).toArray();
    double[] strong = random.doubles(400).map(x -> x < 0.9 ? 1 : 0).toArray();

    ResampledFigure shuffled = SelectionMetrics.shuffled(scores, cheap, strong, 1);

    assertThat(shuffled.value()).isCloseTo(0.5, within(0.01));
    assertThat(shuffled.low()).isLessThan(0.49);
    assertThat(shuffled.high()).isGreaterThan(0.51);
  }

  @Test
  void intervalsHoldTheFigureAndRepeatBySeed() {
    SplittableRandom random = new SplittableRandom(6);
    double[] scores = random.doubles(200).toArray();
    double[] cheap = random.doubles(200).map(x -> x < 0.5 ? 1 : 0).toArray();
    double[] strong = random.doubles(200).map(x -> x < 0.9 ? 1 : 0).toArray();

    SelectionMetrics metrics = SelectionMetrics.of(scores, cheap, strong, 7);

    assertThat(metrics.apgr().value()).isBetween(metrics.apgr().low(), metrics.apgr().high());
    assertThat(metrics).isEqualTo(SelectionMetrics.of(scores, cheap, strong, 7));
    assertThat(metrics).isNotEqualTo(SelectionMetrics.of(scores, cheap, strong, 8));
    assertThat(SelectionMetrics.advantage(scores, scores, cheap, strong, 7))
        .isEqualTo(new ResampledFigure(0, 0, 0));
  }

  @Property(tries = 200)
  void aPerfectOrderIsNeverWorseThanAnother(
      @ForAll long seed, @ForAll @IntRange(min = 3, max = 60) int count) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] scores = random.doubles(count).toArray();
    double[] cheap = random.doubles(count).map(x -> x < 0.5 ? 1 : 0).toArray();
    double[] strong = random.doubles(count).map(x -> x < 0.8 ? 1 : 0).toArray();
    double[] perfect = new double[count];
    for (int i = 0; i < count; i++) {
      perfect[i] = strong[i] - cheap[i];
    }
    GapCurve best = GapCurve.of(perfect, cheap, strong);
    if (best.hasGap()) {
      assertThat(best.average())
          .isGreaterThanOrEqualTo(GapCurve.of(scores, cheap, strong).average() - 1e-9);
    }
  }
}
