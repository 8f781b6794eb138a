package io.penstock.streams.score.candidate;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.models.Endpoint;
import io.penstock.streams.score.request.ParsedRequest;
import io.penstock.streams.score.request.Refusal;
import io.penstock.streams.score.request.RefusalCode;
import io.penstock.streams.score.tokens.PromptTokens;

/** Tells whether a model can serve a request, and how much it may then generate. */
public sealed interface ModelFit {

  /**
   * What a count may exceed the context window by, as a share of the count, before the request is
   * refused: the tokenizer may be a stand-in, and the engine's refusal is exact.
   */
  double COUNT_TOLERANCE = 0.1;

  /**
   * It fits.
   *
   * @param maxOutput the most tokens that the whole request may generate; 0 for embeddings
   */
  record Fits(PromptTokens prompt, long maxOutput) implements ModelFit {

    /**
     * A copy with a lower limit of output.
     *
     * @param most of the whole request, 1 or more
     */
    public Fits within(long most) {
      return most < maxOutput ? new Fits(prompt, most) : this;
    }
  }

  record Misfit(Refusal refusal) implements ModelFit {}

  static ModelFit of(ParsedRequest request, ModelSpec spec, PromptMeter meter) {
    Endpoint endpoint = request.endpoint();
    if (!spec.getEndpoints().contains(endpoint.path())) {
      return new Misfit(
          new Refusal(
              RefusalCode.ENDPOINT_NOT_SERVED,
              "endpoint",
              "model %s does not serve %s; it serves %s"
                  .formatted(spec.getName(), endpoint.path(), spec.getEndpoints())));
    }
    PromptTokens estimate = meter.measure(spec);
    PromptTokens prompt = marginMatters(estimate, request, spec) ? meter.exact(spec) : estimate;
    if (isTooLong(prompt.longest(), request, spec)) {
      return new Misfit(tooLong(request, spec, prompt));
    }
    return new Fits(prompt, endpoint.generates() ? maxOutput(request, spec, prompt) : 0);
  }

  private static boolean isTooLong(long tokens, ParsedRequest request, ModelSpec spec) {
    long reserved = request.endpoint().generates() ? 1 : 0;
    long certain = (long) Math.floor(tokens * (1 - COUNT_TOLERANCE));
    return certain + reserved > spec.getContextWindow();
  }

  /**
   * Returns whether a count at one end of the margin would be refused, or would leave less room for
   * output, and one at the other end not.
   */
  private static boolean marginMatters(
      PromptTokens estimate, ParsedRequest request, ModelSpec spec) {
    if (!estimate.sampled()
        || isTooLong(Math.max(1, estimate.longest() - estimate.margin()), request, spec)) {
      return false;
    }
    long wanted =
        request.endpoint().generates()
            ? Math.min(spec.getMaxOutputTokens(), request.body().maxTokens().orElse(Long.MAX_VALUE))
            : 0;
    return estimate.longest() + estimate.margin() + wanted > spec.getContextWindow();
  }

  private static long maxOutput(ParsedRequest request, ModelSpec spec, PromptTokens prompt) {
    long room = spec.getContextWindow() - prompt.longest();
    long limit = Math.min(room, spec.getMaxOutputTokens());
    long each = Math.max(1, Math.min(limit, request.body().maxTokens().orElse(Long.MAX_VALUE)));
    return each * request.body().sequences();
  }

  private static Refusal tooLong(ParsedRequest request, ModelSpec spec, PromptTokens prompt) {
    String field =
        switch (request.endpoint()) {
          case CHAT_COMPLETIONS -> "body.messages";
          case COMPLETIONS -> "body.prompt";
          case EMBEDDINGS -> "body.input";
        };
    return new Refusal(
        RefusalCode.CONTEXT_LENGTH_EXCEEDED,
        field,
        "the prompt has about %d tokens; model %s reads %d%s: shorten it or name another model"
            .formatted(
                prompt.longest(),
                spec.getName(),
                spec.getContextWindow(),
                request.endpoint().generates() ? " with the output" : ""));
  }
}
