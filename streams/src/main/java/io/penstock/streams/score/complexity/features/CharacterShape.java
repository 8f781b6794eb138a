package io.penstock.streams.score.complexity.features;

import java.util.List;

/** Counts of kinds of characters in a prompt as it was written. */
final class CharacterShape {

  static final List<String> NAMES =
      List.of(
          "numbers",
          "numbers of three digits or more",
          "decimals",
          "percent signs",
          "dollar signs",
          "sentences",
          "question marks",
          "operators",
          "parentheses",
          "commas",
          "characters beyond ASCII",
          "capitals' share");

  private int numbers;
  private int bigNumbers;
  private int decimals;
  private int percents;
  private int dollars;
  private int sentences;
  private int questions;
  private int operators;
  private int parentheses;
  private int commas;
  private int foreign;
  private int letters;
  private int capitals;

  private CharacterShape() {}

  static CharacterShape of(CharSequence text) {
    CharacterShape shape = new CharacterShape();
    int length = text.length();
    int digits = 0;
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      boolean last = i + 1 == length;
      if (c >= '0' && c <= '9') {
        digits++;
        if (digits == 1) {
          shape.numbers++;
        } else if (digits == 3) {
          shape.bigNumbers++;
        }
        continue;
      }
      boolean afterDigit = digits > 0;
      digits = 0;
      shape.count(c, last ? ' ' : text.charAt(i + 1), afterDigit);
    }
    return shape;
  }

  private void count(char c, char next, boolean afterDigit) {
    switch (c) {
      case '%' -> percents++;
      case '$' -> dollars++;
      case '=', '+', '*', '/', '^', '<', '>', '\\' -> operators++;
      case '(' -> parentheses++;
      case ',' -> commas++;
      case '.', '!', '?' -> {
        sentences += Character.isWhitespace(next) ? 1 : 0;
        questions += c == '?' ? 1 : 0;
        decimals += c == '.' && afterDigit && Character.isDigit(next) ? 1 : 0;
      }
      default -> {
        foreign += c > 127 ? 1 : 0;
        if (Character.isLetter(c)) {
          letters++;
          capitals += Character.isUpperCase(c) ? 1 : 0;
        }
      }
    }
  }

  int sentences() {
    return sentences;
  }

  int put(double[] into, int at) {
    int i = at;
    for (int count :
        new int[] {
          numbers,
          bigNumbers,
          decimals,
          percents,
          dollars,
          sentences,
          questions,
          operators,
          parentheses,
          commas,
          foreign
        }) {
      into[i++] = Math.log1p(count);
    }
    into[i++] = letters == 0 ? 0 : (double) capitals / letters;
    return i;
  }
}
