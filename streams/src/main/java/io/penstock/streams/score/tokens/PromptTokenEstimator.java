package io.penstock.streams.score.tokens;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingRegistry;
import com.knuddels.jtokkit.api.EncodingType;
import io.penstock.streams.score.request.Prompt;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Counts prompt tokens with a real tokenizer, at a cost that a long prompt hardly raises: {@link
 * #estimate} counts in full up to {@link #EXACT_LENGTH} over the whole request, and beyond it takes
 * the rate of tokens per character from {@link #SAMPLES} samples. It says by how much it may be
 * off: three standard errors of the samples, and 2% at least. On prose, source code, Chinese,
 * base64 and mixes of them the truth lay within that; text whose kind changes in one patch smaller
 * than the gap between samples can be further off.
 *
 * <p>{@link #exact} is for where that matters, near a model's limit. It counts up to {@link
 * #FULL_LENGTH}, which takes tens of milliseconds at worst, and takes more and longer samples
 * beyond.
 *
 * <p>Engines render chats with their own templates and may use another tokenizer than the stand-in
 * in the model's spec: take the count as an estimate either way.
 *
 * <p>This class is thread-safe. An encoding is loaded at its first use, in about half a second.
 */
public final class PromptTokenEstimator {

  /** UTF-16 units of a request's texts that are counted in full. */
  public static final int EXACT_LENGTH = 4_096;

  /** UTF-16 units that are counted in full where it matters. */
  public static final int FULL_LENGTH = 65_536;

  static final int SAMPLES = 16;
  static final int SAMPLE_LENGTH = 256;
  private static final int LONG_SAMPLE_LENGTH = 2_048;

  private static final double LEAST_MARGIN = 0.02;
  private static final double STANDARD_ERRORS = 3;

  /**
   * A tokenizer's time grows faster than a text that has no white space, such as Chinese or base64:
   * in pieces of this length it does not, and the count changes by less than one in a hundred.
   */
  private static final int PIECE = 1_024;

  /**
   * What a chat template adds per message, its role included, and once for the reply: 3 + 1 and 3,
   * by OpenAI's cookbook, "How to count tokens with tiktoken".
   */
  static final long TOKENS_PER_MESSAGE = 4;

  static final long TOKENS_PER_REPLY = 3;

  /** An image of 1024 x 1024 in high detail by OpenAI's vision guide: 85 + 4 tiles of 170. */
  static final long TOKENS_PER_IMAGE = 765;

  /** A minute of audio at 10 tokens a second. The length of the audio itself is not looked at. */
  static final long TOKENS_PER_AUDIO = 600;

  private final EncodingRegistry encodings = Encodings.newLazyEncodingRegistry();

  /**
   * The size of a request's prompts, as a rule from samples where they are long.
   *
   * @param encoding such as {@code cl100k_base}; an unknown one counts as that
   */
  public PromptTokens estimate(List<Prompt> prompts, String encoding) {
    return measure(prompts, tokenizer(encoding), EXACT_LENGTH, SAMPLE_LENGTH);
  }

  /** The count, made in full where the texts are no longer than {@link #FULL_LENGTH}. */
  public PromptTokens exact(List<Prompt> prompts, String encoding) {
    return measure(prompts, tokenizer(encoding), FULL_LENGTH, LONG_SAMPLE_LENGTH);
  }

  private static PromptTokens measure(
      List<Prompt> prompts, Encoding tokenizer, int full, int sampleLength) {
    long length = prompts.stream().mapToLong(Prompt::length).sum();
    return length <= full
        ? counted(prompts, tokenizer)
        : sampled(
            prompts,
            Sampling.of(prompts, length, SAMPLES, sampleLength, text -> count(tokenizer, text)));
  }

  private static PromptTokens counted(List<Prompt> prompts, Encoding tokenizer) {
    long total = 0;
    long longest = 1;
    for (Prompt prompt : prompts) {
      long tokens =
          overhead(prompt)
              + prompt.texts().stream().mapToLong(text -> count(tokenizer, text)).sum();
      total += tokens;
      longest = Math.max(longest, tokens);
    }
    return new PromptTokens(Math.max(total, longest), longest, 0);
  }

  private static PromptTokens sampled(List<Prompt> prompts, Sampling sampling) {
    long total = 0;
    long longest = 1;
    long longestLength = 0;
    for (Prompt prompt : prompts) {
      long tokens = overhead(prompt) + (long) Math.ceil(prompt.length() * sampling.rate());
      total += tokens;
      longest = Math.max(longest, tokens);
      longestLength = Math.max(longestLength, prompt.length());
    }
    // One of many prompts may differ from their mean as much as samples differ from each other.
    double error =
        STANDARD_ERRORS
            * sampling.deviation()
            / (prompts.size() == 1 ? Math.sqrt(sampling.samples()) : 1);
    double margin = longestLength * Math.max(LEAST_MARGIN * sampling.rate(), error);
    return new PromptTokens(
        Math.max(total, longest), longest, Math.max(1, (long) Math.ceil(margin)));
  }

  /** Loads an encoding ahead of its first use. */
  public void load(String encoding) {
    tokenizer(encoding).countTokensOrdinary("warm");
  }

  private Encoding tokenizer(String encoding) {
    return encodings.getEncoding(EncodingType.fromName(encoding).orElse(EncodingType.CL100K_BASE));
  }

  private static long count(Encoding tokenizer, String text) {
    long tokens = 0;
    int at = 0;
    while (text.length() - at > PIECE) {
      int end = end(text, at + PIECE);
      tokens += countPiece(tokenizer, text.substring(at, end));
      at = end;
    }
    return tokens + countPiece(tokenizer, text.substring(at));
  }

  /** The last white space before a place, if there is one, since no token goes across it. */
  private static int end(String text, int at) {
    for (int i = at; i > at - PIECE / 2; i--) {
      if (Character.isWhitespace(text.charAt(i))) {
        return i;
      }
    }
    return Character.isLowSurrogate(text.charAt(at)) ? at - 1 : at;
  }

  /** JSON escapes can spell half a surrogate pair, at which the tokenizer throws. */
  private static long countPiece(Encoding tokenizer, String text) {
    boolean pairs = text.chars().anyMatch(unit -> Character.isSurrogate((char) unit));
    return tokenizer.countTokensOrdinary(
        pairs ? new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8) : text);
  }

  private static long overhead(Prompt prompt) {
    long chat = prompt.messages() == 0 ? 0 : TOKENS_PER_REPLY;
    return chat
        + prompt.messages() * TOKENS_PER_MESSAGE
        + prompt.tokenIds()
        + prompt.images() * TOKENS_PER_IMAGE
        + prompt.audios() * TOKENS_PER_AUDIO;
  }
}
