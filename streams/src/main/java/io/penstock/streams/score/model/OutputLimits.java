package io.penstock.streams.score.model;

import io.penstock.streams.score.candidate.ModelFit;
import io.penstock.streams.score.prediction.Forecast;
import io.penstock.streams.score.request.ParsedRequest;
import java.util.List;
import java.util.OptionalLong;

/**
 * Decides how much a request may generate: what it asks for, what overload leaves, what a price
 * allows.
 */
record OutputLimits(ParsedRequest request) {

  /** Leaves out models that cut what the body asks for, unless no other serves. */
  List<ModelOption> longEnough(List<ModelOption> options) {
    if (!request.endpoint().generates() || request.body().maxTokens().isEmpty()) {
      return options;
    }
    long asked = request.body().maxTokens().getAsLong();
    List<ModelOption> enough =
        options.stream()
            .filter(each -> each.first().fit().maxOutput() / request.body().sequences() >= asked)
            .toList();
    return enough.isEmpty() ? options : enough;
  }

  /** Returns what overload leaves each sequence; empty if it takes nothing. */
  OptionalLong capped(Overload overload, Forecast forecast) {
    OptionalLong limit = overload.outputLimit(forecast.candidate().spec().getName(), request);
    return limit.isPresent() && ofAllSequences(limit.getAsLong()) < forecast.fit().maxOutput()
        ? limit
        : OptionalLong.empty();
  }

  /** The limit of the whole request, by the limit of each sequence. */
  long ofAllSequences(long each) {
    return each * request.body().sequences();
  }

  /**
   * Returns the limit that a price was promised with, which an engine does not know of otherwise.
   * There is none where the window leaves no margin for a prompt that was counted too short: an
   * engine would refuse the request, and the window limits the output there anyway.
   */
  OptionalLong promised(Survey survey, Forecast chosen) {
    if (!survey.promisesPrice() || !request.endpoint().generates()) {
      return OptionalLong.empty();
    }
    long each = Math.max(1, chosen.fit().maxOutput() / request.body().sequences());
    double longest = chosen.fit().prompt().longest() * (1 + ModelFit.COUNT_TOLERANCE);
    boolean fits = Math.ceil(longest) + each <= chosen.candidate().spec().getContextWindow();
    return fits && each < request.body().maxTokens().orElse(Long.MAX_VALUE)
        ? OptionalLong.of(each)
        : OptionalLong.empty();
  }
}
