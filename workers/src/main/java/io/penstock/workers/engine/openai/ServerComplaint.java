package io.penstock.workers.engine.openai;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Interprets the errors of the usual servers and providers where the status alone is not enough.
 *
 * <p>An error may quote the prompt. What could harm others than its requester, such as a worker's
 * rest, is therefore read from the error's code, or from a message that begins with a provider's
 * own words.
 */
final class ServerComplaint {

  private static final Pattern CONTEXT_CODE =
      Pattern.compile(
          "context_length_exceeded|exceed_context_size|context_window_exceeded|tokens_limit_reached");

  /** OpenAI, vLLM, SGLang, llama.cpp, TGI, Anthropic, Gemini and Bedrock, in this order. */
  private static final Pattern CONTEXT_MESSAGE =
      Pattern.compile(
          "maximum context length"
              + "|longer than the (?:maximum model length|model's context length)"
              + "|exceeds? the (?:available|model's|maximum|max) context (?:size|length|window)"
              + "|context (?:size|length|window) (?:has been |was |is )?exceeded"
              + "|`?inputs`? (?:tokens \\+ `?max_new_tokens`? )?must (?:be <=|have less than)"
              + "|prompt is too long"
              + "|input token count .{0,40}exceeds the maximum"
              + "|input is too long for requested model");

  private static final Pattern QUOTA_CODE =
      Pattern.compile("quota|budget|billing|credit|balance|payment|arrear|insufficient_funds");

  /** A rate limit is often called a quota, so 429 needs plainer words. */
  private static final Pattern RATE_QUOTA_CODE =
      Pattern.compile(
          "insufficient_quota|quota_exhausted|budget|billing|credit|balance|payment|arrear");

  private static final List<String> QUOTA_MESSAGES =
      List.of(
          "you exceeded your current quota",
          "your credit balance is too low",
          "insufficient balance",
          "insufficient credit",
          "insufficient quota",
          "billing hard limit",
          "you have reached your specified api usage limits",
          "this request requires more credits",
          "your account is not active, please check your billing",
          "you have run out of credits",
          "you have no credits",
          "out of credits",
          "your team has either used all available credits",
          "your newly created team doesn't have any credits",
          "access denied, please make sure your account is in good standing");

  private static final Pattern CONTENT_CODE =
      Pattern.compile("content_filter|content_policy|moderation|safety|flagged");

  private ServerComplaint() {}

  /** Returns whether the engine says that prompt and output do not fit its context. */
  static boolean isOfContextLength(int status, ServerError error) {
    boolean refusal = status == 400 || status == 413 || status == 422 || status == 500;
    return refusal
        && (CONTEXT_CODE.matcher(lower(error.code())).find()
            || CONTEXT_MESSAGE.matcher(lower(error.message())).find());
  }

  /** Returns whether the account that the worker uses has nothing left to spend. */
  static boolean isOfQuota(int status, ServerError error) {
    return switch (status) {
      case 402 -> true;
      case 400, 403 -> QUOTA_CODE.matcher(lower(error.code())).find() || saysQuota(error);
      case 429 -> RATE_QUOTA_CODE.matcher(lower(error.code())).find() || saysQuota(error);
      default -> false;
    };
  }

  /** Returns whether a 403 is about what the request says and not about the worker's key. */
  static boolean isOfContent(int status, ServerError error) {
    return status == 403 && CONTENT_CODE.matcher(lower(error.code())).find();
  }

  private static boolean saysQuota(ServerError error) {
    String message = lower(error.message());
    return QUOTA_MESSAGES.stream().anyMatch(message::startsWith);
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}
