package io.penstock.streams.score.model;

import io.penstock.schemas.routing.AliasPolicy;
import io.penstock.streams.score.complexity.ComplexityEstimate;
import io.penstock.streams.score.prediction.Complexity;
import io.penstock.streams.score.prediction.Forecast;
import io.penstock.streams.score.request.ParsedRequest;
import io.penstock.streams.score.request.PromptTexts;
import io.penstock.streams.score.request.Refusal;
import io.penstock.streams.score.request.RefusalCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Predicts how well each model will answer this prompt. It looks at the prompt's complexity only
 * where candidates differ in quality and that matters to the choice.
 *
 * @param options the options with the quality to expect; the same as before if it was not estimated
 * @param gain what the best candidate is predicted to add to the weakest; null: not estimated
 */
record ExpectedQuality(List<ModelOption> options, @Nullable Double gain) {

  static ExpectedQuality of(
      ParsedRequest request,
      List<ModelOption> options,
      Preference preference,
      @Nullable AliasPolicy alias,
      Complexity complexity) {
    Positions positions = Positions.of(options);
    if (!(matters(preference) || (alias != null && alias.minQuality() != null))
        || !request.endpoint().generates()
        || !positions.differ()) {
      return new ExpectedQuality(options, null);
    }
    String text = PromptTexts.of(request.body());
    ComplexityEstimate estimate =
        text.isBlank() ? complexity.ofMeanPrompt() : complexity.predictor().estimate(text);
    return new ExpectedQuality(
        options.stream()
            .map(option -> option.map(each -> expected(each, positions, estimate, complexity)))
            .toList(),
        estimate.gain());
  }

  private static boolean matters(Preference preference) {
    return switch (preference) {
      case Preference.ByGoal goal -> true;
      case Preference.Quality() -> true;
      case Preference.Order(), Preference.Price(), Preference.Latency() -> false;
      case Preference.Throughput() -> false;
    };
  }

  private static Forecast expected(
      Forecast forecast, Positions positions, ComplexityEstimate estimate, Complexity complexity) {
    return forecast.quality() == null
        ? forecast
        : forecast.withExpectedQuality(
            complexity.expectedQuality(forecast.quality(), positions.of(forecast), estimate));
  }

  /**
   * The options that an alias's least expected quality leaves. A prompt too hard for all of them
   * goes to the best rather than nowhere: the limit is on the choice, not on what may be asked.
   */
  List<ModelOption> goodFor(@Nullable AliasPolicy alias, Survey survey) {
    Double least = alias == null ? null : alias.minQuality();
    if (least == null) {
      return options;
    }
    double best = options.stream().mapToDouble(option -> orZero(option.first())).max().orElse(0);
    double enough = Math.min(least, best);
    List<ModelOption> good = new ArrayList<>();
    for (ModelOption option : options) {
      if (orZero(option.first()) >= enough) {
        good.add(
            new ModelOption(
                option.first(),
                option.failover().stream().filter(each -> orZero(each) >= enough).toList()));
      } else {
        String name = option.first().target().toString();
        survey.exclude(
            name,
            new Refusal(
                RefusalCode.MIN_QUALITY_NOT_MET,
                "model",
                String.format(
                    Locale.ROOT,
                    "model '%s' has an expected quality of %.3f, below the %s of '%s'",
                    name,
                    orZero(option.first()),
                    least,
                    alias.name())));
      }
    }
    return good;
  }

  private static double orZero(Forecast forecast) {
    return forecast.expectedQuality() == null ? 0 : forecast.expectedQuality();
  }
}
