package io.penstock.streams.score.model;

import io.penstock.schemas.ServiceClass;
import io.penstock.streams.score.candidate.Constraints;
import io.penstock.streams.score.prediction.Forecast;
import io.penstock.streams.score.prediction.Timing;
import io.penstock.streams.score.request.Refusal;
import io.penstock.streams.score.request.RefusalCode;
import java.util.Locale;
import java.util.Optional;

/**
 * Rules out candidates by what was forecast for them: those that are overloaded, and those that
 * would cost more, answer worse or begin later than the request allows.
 */
record ForecastLimits(Overload overload, Constraints constraints, ServiceClass serviceClass) {

  /** Returns why the candidate may not serve the request; empty if it may. */
  Optional<Refusal> refuse(Forecast forecast) {
    String name = forecast.target().toString();
    return overload
        .refusal(forecast.candidate().spec().getName(), serviceClass)
        .or(() -> tooDear(name, forecast))
        .or(() -> tooPoor(name, forecast))
        .or(() -> tooSlow(name, forecast));
  }

  private Optional<Refusal> tooDear(String name, Forecast forecast) {
    Double most = constraints.maxPrice();
    return most == null || forecast.ceiling() <= most
        ? Optional.empty()
        : Optional.of(
            new Refusal(
                RefusalCode.MAX_PRICE_EXCEEDED,
                "routing.maxPrice",
                String.format(
                    Locale.ROOT,
                    "model '%s' may cost up to %.6g with %d tokens of output, more than %s; lower"
                        + " the output's limit or raise the price's",
                    name,
                    forecast.ceiling(),
                    forecast.fit().maxOutput(),
                    most)));
  }

  private Optional<Refusal> tooPoor(String name, Forecast forecast) {
    Double least = constraints.minQuality();
    return least == null || (forecast.quality() != null && forecast.quality() >= least)
        ? Optional.empty()
        : Optional.of(
            new Refusal(
                RefusalCode.MIN_QUALITY_NOT_MET,
                "routing.minQuality",
                "model '%s' has %s, below %s; lower the limit or allow a better model"
                    .formatted(
                        name,
                        forecast.quality() == null
                            ? "no quality score"
                            : "the quality score " + forecast.quality(),
                        least)));
  }

  private Optional<Refusal> tooSlow(String name, Forecast forecast) {
    Long most = constraints.maxWaitMillis();
    Timing timing = forecast.timing();
    if (most == null
        || (timing.served()
            && (timing.firstTokenMillis() == null || timing.firstTokenMillis() <= most))) {
      return Optional.empty();
    }
    return Optional.of(
        new Refusal(
            RefusalCode.MAX_WAIT_EXCEEDED,
            "routing.maxWaitMillis",
            "model '%s' %s, more than %d ms; accept a longer wait or allow another model"
                .formatted(
                    name,
                    timing.served()
                        ? "would begin in %.0f ms".formatted(timing.firstTokenMillis())
                        : "has no worker now",
                    most)));
  }
}
