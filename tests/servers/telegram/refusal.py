"""A request that the Bot API refuses, with the words of the official server."""


class Refusal(Exception):
    def __init__(self, code, description, **parameters):
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters

    def body(self):
        body = {'ok': False, 'error_code': self.code, 'description': self.description}
        return dict(body, parameters=self.parameters) if self.parameters else body


def bad_request(text):
    # The official server lowers the first letter unless the second one is a capital or an underscore.
    if not (text[1:2] == '_' or text[1:2].isupper()):
        text = text[:1].lower() + text[1:]
    return Refusal(400, f'Bad Request: {text}')
