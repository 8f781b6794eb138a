package io.penstock.streams.score.request;

import java.util.List;

/**
 * One sequence that an engine reads: a whole chat, one completion prompt or one embedding input.
 *
 * @param texts its texts in order, to be counted by a tokenizer
 * @param messages chat messages, each of which costs tokens of its own
 * @param tokenIds tokens given as numbers
 * @param images image, file and other opaque parts
 * @param audios audio parts
 */
public record Prompt(List<String> texts, int messages, int tokenIds, int images, int audios) {

  public Prompt {
    texts = List.copyOf(texts);
  }

  public static Prompt ofText(String text) {
    return new Prompt(List.of(text), 0, 0, 0, 0);
  }

  public static Prompt ofTokenIds(int count) {
    return new Prompt(List.of(), 0, count, 0, 0);
  }

  /** UTF-16 units of text. */
  public long length() {
    long length = 0;
    for (String text : texts) {
      length += text.length();
    }
    return length;
  }
}
