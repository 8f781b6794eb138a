package io.penstock.streams.score.candidate;

import static io.penstock.streams.score.Requests.chat;
import static io.penstock.streams.score.Requests.model;
import static io.penstock.streams.score.Requests.parsed;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ServiceClass;
import io.penstock.streams.score.request.ParsedRequest;
import io.penstock.streams.score.tokens.PromptTokens;
import org.junit.jupiter.api.Test;

/** What a count with a margin does near a model's limit. */
class ModelFitTest {

  private static final long TRUE_COUNT = 10_000;
  private static final long MARGIN = 600;

  private final ParsedRequest request = parsed(chat().build(), ServiceClass.STANDARD);
  private int countedInFull;

  @Test
  void aPromptFitsWhereItsTrueCountDoesWhateverTheEstimateSaid() {
    for (int window = 5_000; window < 20_000; window += 7) {
      ModelSpec spec = model("m").setContextWindow(window).setMaxOutputTokens(1_000).build();
      ModelFit truth = ModelFit.of(request, spec, meter(TRUE_COUNT, 0));
      for (long estimate = TRUE_COUNT - MARGIN; estimate <= TRUE_COUNT + MARGIN; estimate += 200) {
        ModelFit fit = ModelFit.of(request, spec, meter(estimate, MARGIN));

        assertThat(fit.getClass())
            .as("window %d, estimate %d", window, estimate)
            .isEqualTo(truth.getClass());
        if (fit instanceof ModelFit.Fits fits && truth instanceof ModelFit.Fits expected) {
          assertThat(fits.maxOutput()).isEqualTo(expected.maxOutput());
        }
      }
    }
  }

  @Test
  void aPromptIsCountedInFullOnlyNearALimit() {
    ModelFit.of(request, model("m").setContextWindow(131_072).build(), meter(TRUE_COUNT, MARGIN));
    ModelFit.of(request, model("m").setContextWindow(4_096).build(), meter(TRUE_COUNT, MARGIN));
    assertThat(countedInFull).isZero();

    ModelFit.of(request, model("m").setContextWindow(10_500).build(), meter(TRUE_COUNT, MARGIN));
    assertThat(countedInFull).isEqualTo(1);
  }

  private PromptMeter meter(long estimate, long margin) {
    return new PromptMeter() {
      @Override
      public PromptTokens measure(ModelSpec spec) {
        return new PromptTokens(estimate, estimate, margin);
      }

      @Override
      public PromptTokens exact(ModelSpec spec) {
        countedInFull++;
        return new PromptTokens(TRUE_COUNT, TRUE_COUNT, 0);
      }
    };
  }
}
