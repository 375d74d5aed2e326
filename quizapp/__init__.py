"""quizapp runs a whole knowledge contest for an education authority."""
