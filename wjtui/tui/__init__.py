"""The screen: a front end of JobService in Textual."""
