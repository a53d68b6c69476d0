"""When triggered jobs start by themselves: what their settings ask for, what is due, what was missed."""
