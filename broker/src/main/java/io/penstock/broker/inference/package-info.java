/** Rules of one inference request: what its body says, how urgent it is, how it is answered. */
package io.penstock.broker.inference;
